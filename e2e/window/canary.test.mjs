// A key that is easy to recognise goes through a whole day: typed, tested, spent, refused, echoed by a careless provider, asked about by another
// program. With everything logged, it is found in no log, row, sidecar, error, event or process list, nor in what the page keeps.

import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import test from "node:test";
import { coffee } from "./pictures.mjs";
import { SimulatedFal } from "../simulated-fal.mjs";
import { until } from "../until.mjs";
import { beforeAndAfter, edit } from "./studio.mjs";
import { inWindow } from "./window.mjs";

const MODEL = "fal-ai/bytedance/seedream/v4/edit";
const SECRET = "canary0c4a11e7deadbeefcanary";
const KEY = `canary-id-5e1f:${SECRET}`;

/** How the key could be written: as it is, its secret alone, in base64, percent-encoded, as JSON of a header. */
const SHAPES = [KEY, SECRET, btoa(KEY).replace(/=+$/, ""), btoa(SECRET).replace(/=+$/, ""), encodeURIComponent(KEY)];

test("a key that is used all day is found nowhere but in its own file", async (test) => {
  const fal = await SimulatedFal.start({ key: KEY });
  const env = { FAL_SERVICE: fal.origin, FAL_MODEL: MODEL, OVERPAINT_LOG: "trace", RECONCILE_PAUSE: "0" };
  const talk = inWindow(test, { env }, async (window) => {
    const { page } = window;
    await typeTheKey(page);
    await page.click(await page.find("switch", "Local API"));
    const api = await apiAddress(page);
    const heard = listen(`${api}/api/v1/events`);

    await page.click(await page.find("button", "Studio"));
    const file = window.path("coffee.png");
    await coffee(file);
    await window.drop([file]);
    await page.find("group", "Picture: Original");
    await edit(window, "warmer");
    await beforeAndAfter(window, "warmer");
    // Each fault once: the words of the other side are kept with the job, so they must not hold the key either.
    for (const failure of ["echo", "unauthorized", "locked", "policy", "cut-json", "reset", "500"]) {
      await fal.script({ faults: { submit: { failure, times: 1 } } });
      await edit(window, `trouble: ${failure}`);
      await until(`the end of "${failure}"`, async () =>
        (await troubled(api)).some((job) => job.prompt === `trouble: ${failure}`),
      );
    }

    const told = [JSON.stringify(await troubled(api))];
    for (const path of ["/api/jobs", "/api/v1/jobs", "/api/v1/items", "/api/v1/models", "/health"]) {
      told.push(await (await fetch(api + path)).text());
    }
    assertAbsent("an answer of the local API", told.join("\n"));
    assertAbsent("an event", await heard.end());
    assertAbsent("what the page keeps and shows", await pageState(page));
    await noProcessHasIt();

    await window.end();
    const searched = await search(window);
    assert.ok(
      searched.some((name) => name.endsWith("library.db")),
      "the database was searched",
    );
    assert.ok(
      searched.some((name) => name.includes("logs/")),
      "the log was searched",
    );
    const log = await readFile(join(window.path("home/.local/state/overpaint/logs"), "overpaint.log"), "utf8");
    assert.match(log, /TRACE/, "everything was logged");
  });
  await talk.finally(() => fal.stop());
});

async function typeTheKey(page) {
  await page.click(await page.find("button", "Settings"));
  await page.type(await page.find("textbox", "fal key"), KEY);
  await page.click(await page.find("button", "Save"));
  await page.click(await page.find("button", "Store in a file"));
  await page.find("button", /Test/);
}

async function apiAddress(page) {
  await page.find("button", /^Copy address/);
  return until("the address", () =>
    page.run("return document.body.innerText.match(/http:\\/\\/127\\.0\\.0\\.1:\\d+/)?.[0]"),
  );
}

/** Jobs that ended in trouble, or are in doubt. */
async function troubled(api) {
  const { jobs } = await (await fetch(`${api}/api/v1/jobs`)).json();
  return jobs.filter((job) => job.problem !== null);
}

/** Everything an event stream says from now until `end`. */
function listen(url) {
  const stop = new AbortController();
  const heard = (async () => {
    let text = "";
    try {
      const answer = await fetch(url, { signal: stop.signal });
      for await (const chunk of answer.body) text += Buffer.from(chunk).toString();
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return text;
  })();
  return {
    async end() {
      stop.abort();
      const text = await heard;
      assert.match(text, /event: job/, "there were events");
      return text;
    },
  };
}

/** The document, its fields, its storage, and whatever hangs on its global object. */
function pageState(page) {
  return page.run(`
    const seen = new WeakSet();
    const plain = (value, depth) => {
      if (typeof value === "string") return value;
      if (value === null || typeof value !== "object" || depth > 3 || value instanceof Node || seen.has(value)) return "";
      seen.add(value);
      return Object.keys(value).map((name) => { try { return name + " " + plain(value[name], depth + 1); } catch { return ""; } }).join("\\n");
    };
    return [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll("input, textarea")].map((field) => field.value),
      JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href,
      ...performance.getEntries().map((entry) => entry.name),
      plain(window, 0),
    ].join("\\n");
  `);
}

/** No process's command line or environment has it: `ps` shows them to everybody on this computer. */
async function noProcessHasIt() {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const [line, environ] = await Promise.all(
      ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "")),
    );
    // The simulated fal has to know which key is good.
    if (!line.includes("simulated-fal")) assertAbsent(`process ${pid} (${line.slice(0, 80)})`, line + environ);
  }
}

/** Reads every file the program wrote, the web view's own included; the paths that were read. */
async function search(window) {
  const top = window.path("");
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  const searched = [];
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.name === "fal-key") {
      assert.equal((await stat(path)).mode & 0o777, 0o600, "only this user can read the key's file");
      continue;
    }
    assertAbsent(relative(top, path), await readFile(path, "latin1"));
    searched.push(relative(top, path));
  }
  return searched;
}

function assertAbsent(where, text) {
  for (const shape of SHAPES) assert.ok(!text.includes(shape), `the key lies in ${where}`);
}
