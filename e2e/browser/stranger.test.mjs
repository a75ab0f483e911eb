// What a page that is not listed gets from a real browser: nothing read, nothing changed, nothing charged.

import assert from "node:assert/strict";
import test from "node:test";
import { until } from "../until.mjs";
import { reading } from "./reading.mjs";
import { SPENDING } from "./spending.mjs";
import { LISTED, Town } from "./town.mjs";

/** Not listed: a stranger, and two whose names look like the listed one. */
const STRANGERS = ["evil.example", `${LISTED}.evil.example`, `not-${LISTED}`];

/**
 * Make the tries from a page, one after the other: each must reach Overpaint, be refused there, and tell the page nothing.
 * @param {Town} town
 * @param {string} origin
 * @param {import("./tries.mjs").Try[]} tries
 */
async function refused({ overpaint, chromium }, origin, tries) {
  const answers = [];
  const hear = (answer) => answer.url().startsWith(overpaint.origin) && answers.push(answer);
  chromium.context.on("response", hear);
  const downloads = [];
  for (const { name, method, path, run } of tries) {
    const page = await chromium.open(origin);
    page.on("download", (download) => downloads.push(download));
    const before = (await overpaint.refusals()).length;
    const learnt = await run(page, overpaint.origin + path);
    // The browser tells a page too little to know what became of a try. The server's log tells.
    await until(`the refusal of ${method} ${path}: ${name}`, async () =>
      (await overpaint.refusals()).slice(before).some((line) => line.includes(method) && line.includes(path)),
    );
    assert.equal(learnt, undefined, name);
    for (const open of chromium.context.pages().slice(1)) await open.close();
  }
  chromium.context.off("response", hear);
  assert.deepEqual(downloads, []);
  assert.ok(answers.length > 0);
  for (const answer of answers) {
    assert.equal(answer.status(), 403, `${answer.request().method()} ${answer.url()}`);
    assert.equal(answer.headers()["access-control-allow-origin"], undefined);
  }
}

test("a page that is not listed cannot make a job in any way", async () => {
  await Town.with(async (town) => {
    for (const name of STRANGERS) await refused(town, town.site.origin(name), SPENDING);
    assert.equal(await town.fal.charges(), 0);
    assert.deepEqual(await town.overpaint.jobs(), []);
  });
});

test("a page that is not listed can neither read nor delete nor repeat what is there", async () => {
  await Town.with(async (town) => {
    const job = await town.job("make it dusk");
    assert.equal(job.status, "done", job.error);
    for (const name of STRANGERS) await refused(town, town.site.origin(name), reading(job));
    assert.equal(await town.fal.charges(), 1);
    assert.deepEqual(
      (await town.overpaint.jobs()).map((each) => each.job_id),
      [job.job_id],
    );
  });
});

test("the same tries to spend work from the listed page, so that they are real", async () => {
  await Town.with(async (town) => {
    // Not the frame without an origin, which is nobody's; not what goes to routes that want something else.
    const real = SPENDING.filter(({ path, name }) => path === "/api/jobs" && name !== "a frame without an origin");
    for (const [made, { name, path, run }] of real.entries()) {
      const page = await town.chromium.open(town.site.origin(LISTED));
      await run(page, town.overpaint.origin + path);
      await until(`a job by ${name}`, async () => (await town.overpaint.jobs()).length === made + 1);
    }
    // The icon of a page is the browser's own wish, and a page of results has none.
    const refusals = (await town.overpaint.refusals()).filter((line) => !line.includes("/favicon.ico"));
    assert.deepEqual(refusals, []);
  });
});

test("a name that was made to lead to this computer is refused, though the browser takes it for the same site", async () => {
  await Town.with(async (town) => {
    const job = await town.job("make it dusk");
    const own = `http://rebind.example:${town.overpaint.port}`;
    const page = await town.chromium.context.newPage();
    // The page comes from the stranger's server; afterwards its name leads here.
    await page.route(`${own}/`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><p>A page.</p>" }),
    );
    await page.goto(`${own}/`);
    for (const path of ["/api/jobs", `/api/jobs/${job.job_id}`, job.result_url, "/api/v1/events", "/openapi.json"]) {
      const { status, text } = await page.evaluate(async (path) => {
        const answer = await fetch(path);
        return { status: answer.status, text: await answer.text() };
      }, path);
      assert.equal(status, 403, path);
      assert.ok(!text.includes(job.job_id), path);
    }
    const posted = await page.evaluate(
      async () => (await fetch("/api/jobs", { method: "POST", body: new FormData() })).status,
    );
    assert.equal(posted, 403);
    assert.equal(await town.fal.charges(), 1);
  });
});
