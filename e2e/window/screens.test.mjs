// Every screen, light and dark, as pictures: for the README, and for whoever judges the looks.
// They go to e2e/out; `cargo xtask test --screenshots` writes them to docs/ instead.

import test from "node:test";
import { KEY } from "./driver.mjs";
import { coffee, hills } from "./pictures.mjs";
import { SimulatedFal } from "../simulated-fal.mjs";
import { beforeAndAfter, edit } from "./studio.mjs";
import { inWindow } from "./window.mjs";

const OUT = process.env.OVERPAINT_SCREENSHOTS ?? "e2e/out";
const PROMPT = "warm cinematic light, soft vignette";
const MODEL = "fal-ai/bytedance/seedream/v4/edit";

/** Older edits, so that the library looks lived in: what it is of, and what was wished. */
const OLDER = [
  ["morning.png", { hue: 200, seed: 3 }, ["sunset sky", "cooler, a little grain"]],
  ["evening.png", { hue: 30, seed: 8 }, ["night", "much more contrast"]],
  ["valley.png", { hue: 110, seed: 5 }, ["sepia", "duotone"]],
];

for (const [theme, dark] of [
  ["light", false],
  ["dark", true],
]) {
  const shot = (window, name) => window.screenshot(`${OUT}/${name}-${theme}.png`);
  /** For whoever judges the looks; the README does without. */
  const aside = (window, name) => window.screenshot(`e2e/out/${name}-${theme}.png`);

  test(`the screens of the demo engine, ${theme}`, async (test) => {
    await inWindow(test, { dark }, async (window) => {
      const { page } = window;
      await page.find("heading", "Drop a picture");
      await shot(window, "empty");

      for (const [name, scene, prompts] of OLDER) {
        const file = window.path(name);
        await hills(file, scene);
        await window.drop([file]);
        await page.text(name);
        await page.find("group", "Picture: Original");
        for (const prompt of prompts) {
          await edit(window, prompt);
          await beforeAndAfter(window, prompt);
        }
      }
      const file = window.path("coffee.png");
      await coffee(file);
      await window.drop([file]);
      await page.text("coffee.png");
      await page.find("group", "Picture: Original");
      await edit(window, PROMPT);
      await beforeAndAfter(window, PROMPT);
      await shot(window, "before-after");

      await page.press(KEY.control, "2");
      await page.find("gridcell", new RegExp(`^${PROMPT} `));
      await shot(window, "library");

      await page.click(await page.find("button", "Settings"));
      await page.find("heading", "Settings");
      await aside(window, "settings-api-off");
      await page.click(await page.find("switch", "Local API"));
      await page.find("button", /^Copy address/);
      await shot(window, "settings");
      await page.click(await page.find("button", "Require a token"));
      await page.find("group", "New token");
      await aside(window, "settings-api-token");
    });
  });

  test(`the screens of an edit by fal, ${theme}`, async (test) => {
    const fal = await SimulatedFal.start();
    const talk = inWindow(test, { dark, env: { ...fal.env, FAL_MODEL: MODEL } }, async (window) => {
      const { page } = window;
      const file = window.path("coffee.png");
      await coffee(file);
      await window.drop([file]);
      await page.find("group", "Picture: Original");

      await fal.hold("running");
      await edit(window, "make the cup a deep cobalt blue, keep the steam rising");
      await page.text(/Running/);
      await page.find("button", "Cancel this edit");
      await shot(window, "working");
      await fal.release("running");
      await beforeAndAfter(window, "make the cup a deep cobalt blue, keep the steam rising");

      await fal.script({ faults: { submit: { failure: "locked" }, initiate: { failure: "locked" } } });
      await edit(window, "as a screen print in four colours");
      await page.text("Nothing was charged.");
      await shot(window, "error");
    });
    await talk.finally(() => fal.stop());
  });
}
