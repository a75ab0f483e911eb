// The local API in the real window: turned on by the keyboard, used by another program (this one), closed to whoever lacks the token.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { KEY } from "./driver.mjs";
import { coffee } from "./pictures.mjs";
import { SimulatedFal } from "../simulated-fal.mjs";
import { until } from "../until.mjs";
import { inWindow } from "./window.mjs";

const MODEL = "fal-ai/bytedance/seedream/v4/edit";
const PROMPT = "make it vivid";

test("another program edits through the local API while it is on, and the window shows it", async (test) => {
  const fal = await SimulatedFal.start();
  const talk = inWindow(test, { env: { ...fal.env, FAL_MODEL: MODEL } }, async (window) => {
    const { page } = window;
    await turnOn(window);
    const url = await address(window);
    assert.equal((await fetch(`${url}/health`)).status, 200);

    const { job_id } = await (await post(window, url)).json();
    await until("the end of the edit", async () => {
      const job = await (await fetch(`${url}/api/jobs/${job_id}`)).json();
      assert.notEqual(job.status, "error", JSON.stringify(job));
      return job.status === "done";
    });
    assert.equal(await fal.charges(), 1);
    await page.press(KEY.control, "2");
    await page.find("gridcell", new RegExp(`^${PROMPT} `));

    // What was on is on after a start, however the last one ended.
    await window.kill();
    await window.start();
    await openSettings(window);
    const again = await address(window);
    assert.equal((await fetch(`${again}/api/jobs/${job_id}`)).status, 200);

    await window.page.click(await window.page.find("switch", "Local API"));
    await window.page.gone("button", /^Copy address/);
    await assert.rejects(fetch(`${again}/health`), (error) => error.cause?.code === "ECONNREFUSED");
  });
  await talk.finally(() => fal.stop());
});

test("the local API moves to the port that is typed, and a port that is none goes nowhere", async (test) => {
  await inWindow(test, {}, async (window) => {
    const { page } = window;
    await turnOn(window);
    const first = await address(window);
    const field = await page.find("textbox", "Port");
    const enter = async (port) => {
      await page.click(field);
      await page.press(KEY.control, "a");
      await page.type(field, String(port));
      await page.press(KEY.enter);
    };
    await enter(80);
    await page.text("A port is a whole number from 1024 to 65535.");
    assert.equal((await fetch(`${first}/health`)).status, 200);

    const wished = Number(new URL(first).port) + 100;
    await enter(wished);
    const second = await until("another address", async () => {
      const url = await address(window);
      return url !== first && url;
    });
    assert.ok(Number(new URL(second).port) >= wished);
    assert.equal((await fetch(`${second}/health`)).status, 200);
    await assert.rejects(fetch(`${first}/health`));
  });
});

test("a token that was made in the window is asked for until it is removed", async (test) => {
  await inWindow(test, {}, async (window) => {
    const { page } = window;
    await turnOn(window);
    const url = await address(window);
    const status = async (headers = {}) => (await fetch(`${url}/api/jobs`, { headers })).status;
    assert.equal(await status(), 200);

    await page.click(await page.find("button", "Require a token"));
    const made = await page.find("group", "New token");
    const token = await page.run("return arguments[0].querySelector('code').textContent", made);
    assert.match(token, /^[0-9a-f]{64}$/);
    await page.text("cannot show it again");
    await page.click(await page.find("button", "Done"));
    assert.ok(!(await page.run("return document.body.innerHTML")).includes(token), "it is shown only once");

    assert.equal(await status(), 401);
    assert.equal(await status({ authorization: "Bearer wrong" }), 401);
    assert.equal(await status({ authorization: `Bearer ${token}` }), 200);

    await page.click(await page.find("button", "Remove token"));
    await page.find("alertdialog", "Remove the token?");
    await until("the keyboard on what loses nothing", () =>
      page.run("return document.activeElement?.textContent.trim() === 'Keep it'"),
    );
    for (const key of [KEY.tab, KEY.enter]) await page.press(key);
    await page.text("Not required: any program");
    assert.equal(await status(), 200);
  });
});

/** Opens Settings and walks to the switch, by the keyboard alone. */
async function turnOn(window) {
  const { page } = window;
  await openSettings(window);
  await until("the switch under the keyboard", async () => {
    if (await page.run("return document.activeElement?.getAttribute('aria-label') === 'Local API'")) return true;
    await page.press(KEY.tab);
    return false;
  });
  await page.press(" ");
}

async function openSettings({ page }) {
  await page.find("button", "Settings");
  await page.press(KEY.control, ",");
  await page.find("heading", "Settings");
}

/** Where it answers, as its copy button tells a screen reader. */
async function address({ page }) {
  const button = await page.find("button", /^Copy address http/);
  return page.run("return arguments[0].querySelector('code').textContent", button);
}

async function post(window, url) {
  const file = window.path("photo.png");
  await coffee(file);
  const form = new FormData();
  form.set("prompt", PROMPT);
  form.set("image", new Blob([await readFile(file)], { type: "image/png" }), "photo.png");
  const answer = await fetch(`${url}/api/jobs`, { method: "POST", body: form });
  assert.equal(answer.status, 200);
  return answer;
}
