// Tries to read, to change or to repeat what is there.

import { code, element, frame, send, told } from "./tries.mjs";

/**
 * @param {{ job_id: string, result_url: string }} job
 * @returns {import("./tries.mjs").Try[]}
 */
export function reading({ job_id, result_url }) {
  const one = `/api/jobs/${job_id}`;
  return [
    { name: "fetch of the list", method: "GET", path: "/api/jobs", run: code(`return ${send("GET")}`) },
    {
      name: "fetch of the list, unread",
      method: "GET",
      path: "/api/jobs",
      run: code(`return ${send("GET", ', mode: "no-cors"')}`),
    },
    { name: "fetch of a job", method: "GET", path: one, run: code(`return ${send("GET")}`) },
    {
      name: "fetch of a job without a referrer",
      method: "GET",
      path: one,
      run: code(`return ${send("GET", ', mode: "no-cors", referrerPolicy: "no-referrer"')}`),
    },
    { name: "fetch of a result", method: "GET", path: result_url, run: code(`return ${send("GET")}`) },
    { name: "a picture", method: "GET", path: result_url, run: element("img", "src") },
    {
      name: "a picture without a referrer",
      method: "GET",
      path: result_url,
      run: element("img", "src", { referrerPolicy: "no-referrer" }),
    },
    {
      name: "a picture whose referrer names the listed site in its path",
      method: "GET",
      path: result_url,
      run: code(`
        history.replaceState(null, "", "/http://app.example/" + location.port);
        const image = Object.assign(new Image(), { referrerPolicy: "unsafe-url", src: url });
        return image.decode().then(() => "loaded", () => undefined);`),
    },
    { name: "a script", method: "GET", path: result_url, run: element("script", "src") },
    { name: "the list as a script", method: "GET", path: "/api/jobs", run: element("script", "src") },
    { name: "a style sheet", method: "GET", path: result_url, run: element("link", "href", { rel: "stylesheet" }) },
    { name: "a film", method: "GET", path: result_url, run: element("video", "src") },
    {
      name: "events",
      method: "GET",
      path: "/api/v1/events",
      run: code(`
        const events = new EventSource(url);
        return new Promise((resolve) => {
          events.onopen = () => resolve("open");
          events.onerror = () => { events.close(); resolve(undefined); };
        });`),
    },
    {
      name: "a frame",
      method: "GET",
      path: one,
      run: code(`
        const frame = Object.assign(document.createElement("iframe"), { src: url });
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
        document.body.append(frame);
        await loaded;
        try { return frame.contentDocument?.body.innerText; } catch { return undefined; }`),
    },
    {
      name: "a frame without an origin",
      method: "GET",
      path: "/api/jobs",
      run: frame("allow-scripts", told(send("GET"))),
    },
    {
      name: "a window",
      method: "GET",
      path: "/api/jobs",
      run: code(`window.open(url);`),
    },
    {
      name: "a link that opens a window",
      method: "GET",
      path: "/api/jobs",
      run: code(`Object.assign(document.createElement("a"), { href: url, target: "_blank" }).click();`),
    },
    {
      name: "a link to a download",
      method: "GET",
      path: `${one}/download`,
      run: code(`Object.assign(document.createElement("a"), { href: url, target: "_blank", download: "" }).click();`),
    },
    { name: "a deletion", method: "OPTIONS", path: one, run: code(`return ${send("DELETE")}`) },
    {
      name: "running it again",
      method: "POST",
      path: `${one}/retry`,
      run: code(`return ${send("POST", ', mode: "no-cors"')}`),
    },
  ];
}
