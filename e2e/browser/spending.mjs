// Tries to make a job: each would cost money.

import { code, form, frame, send, told, UPLOAD } from "./tries.mjs";

/** @type {import("./tries.mjs").Try[]} */
export const SPENDING = [
  {
    name: "fetch with a form",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} return ${send("POST", ", body: form")}`),
  },
  {
    name: "fetch with a form that does not want to read the answer",
    method: "POST",
    path: "/api/jobs",
    run: code(
      `${UPLOAD} const answer = await fetch(url, { method: "POST", body: form, mode: "no-cors" });
       if (answer.type !== "opaque") return "not opaque"; return answer.text();`,
    ),
  },
  {
    name: "fetch without a referrer",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} return ${send("POST", ', body: form, referrerPolicy: "no-referrer", mode: "no-cors"')}`),
  },
  { name: "a form whose answer fills a frame", method: "POST", path: "/api/jobs", run: form("frame") },
  { name: "a form whose answer opens a window", method: "POST", path: "/api/jobs", run: form("_blank") },
  {
    name: "a beacon",
    method: "POST",
    path: "/api/jobs",
    run: code(`${UPLOAD} navigator.sendBeacon(url, form);`),
  },
  {
    name: "a frame without an origin",
    method: "POST",
    path: "/api/jobs",
    run: frame("allow-scripts", `${UPLOAD}${told(send("POST", ", body: form"))}`),
  },
  {
    name: "JSON that calls itself text, to the routes of our own",
    method: "POST",
    path: "/api/v1/edits",
    run: code(
      `return fetch(url, { method: "POST", body: '{"prompt":"x"}', mode: "no-cors" }).then((it) => it.text());`,
    ),
  },
  {
    name: "JSON, which the browser asks about first",
    method: "OPTIONS",
    path: "/api/v1/edits",
    run: code(`return ${send("POST", `, body: "{}", headers: { "content-type": "application/json" }`)}`),
  },
];
