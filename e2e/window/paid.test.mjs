// Everything between a person and their money, in the real window against the simulated fal: choosing a model, its form, references, the price
// before, the ledger after, a cap that blocks, the balance, doubt, a locked account, a cancel. Each is also a picture for whoever judges the looks.

import assert from "node:assert/strict";
import test from "node:test";
import { KEY } from "./driver.mjs";
import { coffee, hills } from "./pictures.mjs";
import { SimulatedFal } from "../simulated-fal.mjs";
import { until } from "../until.mjs";
import { beforeAndAfter, edit } from "./studio.mjs";
import { inWindow } from "./window.mjs";

const MODEL = "fal-ai/bytedance/seedream/v4/edit";
const PROMPT = "a rainy evening, lamps in the windows";
/** More than a double can hold: it must not lose a digit on its way. */
const SEED = "9152847761203345178";

for (const [theme, dark] of [
  ["light", false],
  ["dark", true],
]) {
  test(`a paid edit from its model to its ledger line, ${theme}`, async (test) => {
    const fal = await SimulatedFal.start();
    const env = { ...fal.env, FAL_MODEL: MODEL, RECONCILE_PAUSE: "0", POLL_INTERVAL: "0.05" };
    const talk = inWindow(test, { dark, env }, async (window) => {
      const { page } = window;
      const shot = (name) => window.screenshot(`e2e/out/paid-${name}-${theme}.png`);
      const file = window.path("coffee.png");
      await coffee(file);
      await window.drop([file]);
      await page.text("coffee.png");
      await page.find("group", "Picture: Original");

      await page.click(await page.find("button", /^Model: /));
      await page.find("dialog", "Choose a model");
      await page.text(/Flux Kontext/);
      await shot("models");
      await page.press(KEY.escape);

      await fill(page, "Seed", SEED);
      await shot("form");

      const other = window.path("hills.png");
      await hills(other, { hue: 110, seed: 5 });
      await window.drop([other], () => page.text("Add as reference"));
      await page.find("button", "Remove reference 1");
      await page.find("button", /^Run · about \$0\.03/);
      await shot("price");

      await edit(window, PROMPT);
      await beforeAndAfter(window, PROMPT);
      assert.equal(await fal.charges(), 1);
      const seen = await fal.requests();
      assert.ok(seen.includes(`"seed":${SEED}`), "every digit of the seed arrived");
      const submit = JSON.parse(seen).requests.findLast(({ role }) => role === "submit");
      assert.equal(submit.body.image_urls.length, 2, "the reference went along");

      // The same edit with the same seed costs nothing.
      await page.click(await page.find("treeitem", /^Original/));
      await page.type(await page.find("textbox", "Prompt"), PROMPT);
      await page.find("button", /^Run · free \(from cache\)/);
      await shot("cache");
      await page.click(await page.find("button", /^Run · free \(from cache\)/));
      await page.text("from cache, $0.00");
      await beforeAndAfter(window, PROMPT);
      assert.equal(await fal.charges(), 1, "it cost nothing");
      await page.click(await page.find("treeitem", /^Original/));
      await fill(page, "Seed", "");
      await page.find("button", /^Run · about/);

      await page.click(await page.find("button", "Settings"));
      await page.text(/\$0\.03 today/);
      await page.text(/is left/);
      await page.click(await page.find("textbox", "Cap for a day, in dollars"));
      await page.text(PROMPT);
      await shot("ledger");
      await fill(page, "Cap for a day, in dollars", "0.04");
      await page.text("0.03 of $0.04 today");

      await page.click(await page.find("button", "Studio"));
      await page.text(/cap of \$0\.04/);
      await shot("cap");
      await edit(window, "one more");
      await page.find("button", "Change cap");
      await page.click(await page.find("button", "Settings"));
      await fill(page, "Cap for a day, in dollars", "");
      await page.click(await page.find("button", "Studio"));

      await fal.script({ faults: { submit: { failure: "500", times: 1 } } });
      await edit(window, "a boat on the water");
      await page.find("status", "fal may have charged this");
      await page.find("button", "Run again…");
      await shot("unconfirmed");
      await page.press(KEY.escape);

      await fal.script({ faults: { submit: { failure: "locked" }, initiate: { failure: "locked" } } });
      await edit(window, "in the style of a linocut");
      await page.text("Nothing was charged.");
      await shot("locked");
      await page.press(KEY.escape);

      // fal takes the cancel and finishes all the same: what is paid is kept.
      await fal.script({ cancel: "race" });
      await fal.hold("running");
      await edit(window, "at dawn, with mist");
      await page.text(/Running/);
      await page.click(await page.find("button", "Cancel this edit"));
      await page.text(/Cancelling/);
      await shot("cancelling");
      await fal.release("running");
      await beforeAndAfter(window, "at dawn, with mist");

      await fal.script({});
      await fal.hold("running");
      await edit(window, "at noon, without a cloud");
      await page.text(/Running/);
      await page.click(await page.find("button", "Cancel this edit"));
      await page.text(/Cancelled/);
      await shot("cancelled");
      await fal.release("running");

      const submits = JSON.parse(await fal.requests()).requests.filter(({ role }) => role === "submit");
      assert.ok(
        !submits.some(({ body }) => body.prompt === "one more"),
        "what the cap held back was not sent later either",
      );
    });
    await talk.finally(() => fal.stop());
  });
}

test("a drop goes where it is let go, on a dense screen too", async (test) => {
  const fal = await SimulatedFal.start();
  const talk = inWindow(test, { density: 2, env: { ...fal.env, FAL_MODEL: MODEL } }, async (window) => {
    const { page } = window;
    assert.equal(await page.run("return devicePixelRatio"), 2);
    const [first, other] = [window.path("coffee.png"), window.path("hills.png")];
    await coffee(first);
    await hills(other, { hue: 110, seed: 5 });
    await window.drop([first]);
    await page.find("group", "References");
    await window.drop([other], () => page.text("Add as reference"));
    await page.find("button", "Remove reference 1");
  });
  await talk.finally(() => fal.stop());
});

async function fill(page, name, text) {
  const field = await page.find("textbox", name);
  await page.click(field);
  await page.press(KEY.control, "a");
  if (text === "") await page.press(KEY.delete);
  else await page.type(field, text);
  await page.press(KEY.enter);
  await until(`"${text}" in ${name}`, () =>
    page.run("return arguments[0].value.startsWith(arguments[1])", field, text),
  );
}
