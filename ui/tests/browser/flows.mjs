// What only a real engine can show: pointers, wheels, held keys, scrolling. `npm run flows` after `npm run build:fake`.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/** @typedef {import("playwright-core").Page} Page */

const site = await serve(new URL("../../dist-fake", import.meta.url).pathname, process.env["OVERPAINT_PICTURES"]);
const profile = mkdtempSync(join(tmpdir(), "overpaint-flows-"));
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const browser = await chromium.launchPersistentContext(profile, {
  ...{ executablePath, args: ["--no-sandbox"], viewport: { width: 1280, height: 800 } },
});

const stage = (/** @type {Page} */ page) => page.getByRole("group", { name: /^Picture/ });
const percent = async (/** @type {Page} */ page) =>
  Number.parseInt((await page.getByRole("button", { name: /^100 %, now/ }).textContent()) ?? "", 10);
const split = async (/** @type {Page} */ page) =>
  Number(await page.getByRole("slider", { name: "Before and after" }).getAttribute("aria-valuenow"));

/** @type {Record<string, { scene: string; run: (page: Page) => Promise<void> }>} */
const flows = {
  "a dropped picture becomes a before and after without the mouse": {
    scene: "",
    run: async (page) => {
      await page.evaluate(() => window.overpaintFake?.drop({ type: "drop", paths: ["/home/ada/coffee.png"] }));
      await page.getByRole("textbox", { name: "Prompt" }).waitFor();
      await page.keyboard.type("warm cinematic, black and white vignette");
      await page.keyboard.press("Control+Enter");
      await page
        .getByText(/^Running/)
        .first()
        .waitFor();
      await page.getByRole("slider", { name: "Before and after" }).waitFor();
      assert.equal(await split(page), 50);
    },
  },
  "the wheel zooms at the cursor and a drag moves the picture": {
    scene: "studio",
    run: async (page) => {
      const before = await percent(page);
      await stage(page).hover({ position: { x: 200, y: 150 } });
      for (let n = 0; n < 5; n += 1) await page.mouse.wheel(0, -200);
      const after = await percent(page);
      assert.ok(after > before * 2, `${before} % to ${after} %`);
      const picture = page.locator(".picture").first();
      const from = await picture.boundingBox();
      const at = await stage(page).boundingBox();
      assert.ok(from && at);
      await page.mouse.move(at.x + 100, at.y + 60);
      await page.mouse.down();
      await page.mouse.move(at.x + 60, at.y + 40, { steps: 4 });
      await page.mouse.up();
      const to = await picture.boundingBox();
      assert.ok(to && Math.abs(from.x - 40 - to.x) < 1 && Math.abs(from.y - 20 - to.y) < 1, JSON.stringify([from, to]));
      await page.keyboard.press("0");
      assert.equal(await percent(page), before);
      await page.keyboard.press("1");
      assert.equal(await percent(page), 100);
    },
  },
  "the line follows the pointer": {
    scene: "studio",
    run: async (page) => {
      const box = await page.getByRole("slider", { name: "Before and after" }).boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + 16, box.y + 100);
      await page.mouse.down();
      await page.mouse.move(box.x + 16 - 186, box.y + 100, { steps: 4 });
      await page.mouse.up();
      assert.equal(await split(page), 25);
    },
  },
  "holding Tab on the picture shows the original, a tap moves on, Shift+Tab goes back": {
    scene: "studio",
    run: async (page) => {
      await stage(page).focus();
      await page.keyboard.down("Tab");
      await page.getByRole("group", { name: "Picture: Original" }).waitFor();
      await page.waitForTimeout(300);
      await page.keyboard.up("Tab");
      await page.getByRole("group", { name: /^Picture: warm/ }).waitFor();
      assert.equal(await focused(page), "Picture: warm cinematic light, soft vignette");
      await page.keyboard.press("Tab");
      assert.equal(await focused(page), "Before and after");
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "slider");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Shift+Tab");
      assert.notEqual(await focused(page), "Before and after");
    },
  },
  "Tab from the picture reaches what lies on it: Cancel and the log of a running edit, a problem's buttons": {
    scene: "busy",
    run: async (page) => {
      await page.getByRole("treeitem", { name: /make it snow/ }).click();
      await stage(page).focus();
      for (const name of ["Cancel this edit", "Show log", "Hold to see the original"]) {
        await page.keyboard.press("Tab");
        assert.equal(await focused(page), name);
      }
      await page.getByRole("treeitem", { name: /dragon/ }).click();
      await stage(page).focus();
      for (const name of ["Close", "Run again…", "Look again", "Open fal's requests", "Dismiss"]) {
        await page.keyboard.press("Tab");
        assert.equal(await focused(page), name);
      }
    },
  },
  "the keyboard never falls on the page itself: changing places, cancelling, deleting, closing": {
    scene: "busy",
    run: async (page) => {
      const at = async (/** @type {RegExp} */ name) => {
        await page.waitForFunction(() => document.activeElement !== document.body);
        assert.match((await focused(page)) ?? "", name);
      };
      await page.keyboard.press("Control+2");
      await at(/^Library$/);
      await page.keyboard.press("Control+,");
      await at(/^Settings$/);
      await page.keyboard.press("Escape");
      await at(/^Library$/);
      await page.keyboard.press("Control+1");
      await at(/^warm cinematic/);
      await page.keyboard.press("?");
      await at(/^Search keys$/);
      await page.keyboard.press("Escape");
      await at(/^warm cinematic/);
      await page.getByRole("treeitem", { name: /make it snow/ }).click();
      await page.keyboard.press("Escape");
      await at(/^Cancel this edit$/);
      await page.keyboard.press("Enter");
      await at(/^make it snow Cancelled$/);
      await page.keyboard.press("Escape");
      await at(/^warm cinematic/);
      await page.getByRole("treeitem", { name: /screen print/ }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Delete");
      await page.getByText("1 version deleted").waitFor();
      await at(/^warm cinematic/);
      await page.getByRole("button", { name: /^Activity/ }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog", { name: "Activity" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog", { name: "Activity" }).waitFor({ state: "hidden" });
      await at(/^Activity/);
      await page.keyboard.press("Enter");
      await page
        .getByRole("dialog", { name: "Activity" })
        .getByRole("button", { name: /^add a croissant/ })
        .press("Enter");
      await page.getByRole("dialog", { name: "Activity" }).waitFor({ state: "hidden" });
      await at(/^add a croissant/);
      await page.keyboard.press("Delete");
      await page.getByText("1 attempt deleted").waitFor();
      await at(/^Original/);
    },
  },
  "Escape closes one thing at a time, the list before the card behind it": {
    scene: "busy",
    run: async (page) => {
      await page.getByRole("treeitem", { name: /croissant/ }).click();
      const card = page.getByRole("alert", { name: "Blocked by fal's content policy" });
      await card.waitFor();
      for (const list of [page.getByRole("button", { name: /^Activity/ }), page.getByLabel(/^Model:/)]) {
        await list.focus();
        await page.keyboard.press("Enter");
        await page.waitForTimeout(100);
        await page.keyboard.press("Escape");
        await page.waitForTimeout(100);
        assert.equal(await card.count(), 1);
      }
      await page.keyboard.press("Escape");
      await card.waitFor({ state: "detached" });
      await page.getByRole("group", { name: "Picture: Original" }).waitFor();
    },
  },
  "a model that lacks a key is reached in the list with the arrows and leads to the key": {
    scene: "",
    run: async (page) => {
      await page.evaluate(() => window.overpaintFake?.drop({ type: "drop", paths: ["/home/ada/coffee.png"] }));
      await page.getByLabel(/^Model:/).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Connect fal.ai…" }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Settings" }).waitFor();
      await page.waitForTimeout(300);
      assert.equal(await focused(page), "fal key");
    },
  },
  "the Library's buttons do what each problem asks for": {
    scene: "busy",
    run: async (page) => {
      await page.keyboard.press("Control+2");
      await page.getByRole("gridcell", { name: /^make it snow Running Cancel/ }).waitFor();
      await page
        .getByRole("gridcell", { name: /^add a croissant Blocked by/ })
        .getByRole("button", { name: "Edit the prompt" })
        .click();
      assert.equal(await page.getByRole("textbox", { name: "Prompt" }).inputValue(), "add a croissant");
      assert.equal(await focused(page), "Prompt");
    },
  },
  "the picture stays where it is from version to version, and an undo leaves the composer free": {
    scene: "studio",
    run: async (page) => {
      const top = async () => (await page.locator(".frame").boundingBox())?.height;
      const plain = await top();
      await page.getByRole("treeitem", { name: /black and white/ }).click();
      await page.getByText("Not understood").first().waitFor();
      assert.equal(await top(), plain);
      await page.keyboard.press("Delete");
      const toast = await page.getByRole("group", { name: "1 version deleted" }).boundingBox();
      const composer = await page.getByRole("form", { name: "Edit" }).boundingBox();
      assert.ok(toast && composer && toast.y + toast.height < composer.y, JSON.stringify([toast, composer]));
    },
  },
  "what an edit says never covers the composer in the smallest window": {
    scene: "busy",
    run: async (page) => {
      await page.setViewportSize({ width: 900, height: 600 });
      await page.getByRole("textbox", { name: "Prompt" }).fill("a long wish, line after line\n".repeat(8));
      await page.getByRole("treeitem", { name: /make it snow/ }).click();
      await page.getByRole("button", { name: "Show log" }).click();
      const card = await page.getByRole("region", { name: "This edit" }).boundingBox();
      const composer = await page.getByRole("form", { name: "Edit" }).boundingBox();
      assert.ok(
        card && composer && card.y + card.height <= composer.y && card.y >= 44,
        JSON.stringify([card, composer]),
      );
    },
  },
  "holding O, or the button, shows the original for as long": {
    scene: "studio",
    run: async (page) => {
      await stage(page).click({ position: { x: 40, y: 20 } });
      await page.keyboard.down("o");
      await page.getByRole("group", { name: "Picture: Original" }).waitFor();
      await page.keyboard.up("o");
      await page.getByRole("group", { name: /^Picture: warm/ }).waitFor();
      await page.getByRole("button", { name: "Hold to see the original" }).hover();
      await page.mouse.down();
      await page.getByRole("group", { name: "Picture: Original" }).waitFor();
      await page.mouse.up();
      await page.getByRole("group", { name: /^Picture: warm/ }).waitFor();
    },
  },
  "a library of thousands draws only what is seen and reads on where one scrolls": {
    scene: "many",
    run: async (page) => {
      await page.keyboard.press("Control+2");
      const grid = page.getByRole("grid", { name: "Library" });
      await grid.waitFor();
      await grid.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
      await page.getByRole("gridcell").last().waitFor();
      await page.waitForFunction(() => document.querySelectorAll("[role=gridcell] img").length > 10);
      const cells = await page.getByRole("gridcell").count();
      assert.ok(cells < 120, `${cells} cells in the page`);
      await grid.focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowDown");
      const id = await grid.getAttribute("aria-activedescendant");
      await page.locator(`[id="${id}"]`).waitFor();
      assert.equal(await grid.evaluate((element) => element.scrollTop < 400), true);
    },
  },
  "Ctrl and Shift select, Del deletes, Ctrl+Z brings back": {
    scene: "library",
    run: async (page) => {
      await page.keyboard.press("Control+2");
      const cell = (/** @type {RegExp} */ name) => page.getByRole("gridcell", { name }).first();
      await cell(/cool morning/).click({ modifiers: ["Control"] });
      await cell(/golden hour, brighter/).click({ modifiers: ["Shift"] });
      await page.getByText("4 selected").waitFor();
      await page.keyboard.press("Delete");
      await page.getByText("4 versions deleted").waitFor();
      assert.equal(await page.getByRole("gridcell", { name: /^cool morning \d+ min/ }).count(), 0);
      await page.keyboard.press("Control+z");
      await page.getByText("4 versions restored").waitFor();
      assert.equal(await page.getByRole("gridcell", { name: /^cool morning \d+ min/ }).count(), 1);
    },
  },
  "turning the local API on in the smallest window shows where it answers, and its words turn it too": {
    scene: "studio",
    run: async (page) => {
      await page.setViewportSize({ width: 900, height: 600 });
      await page.keyboard.press("Control+,");
      await page.getByRole("switch", { name: "Local API" }).focus();
      await page.keyboard.press(" ");
      await inView(page.getByRole("button", { name: /^Copy address/ }));
      await page.getByText("Web pages cannot.").click();
      await page.getByText("Off.", { exact: true }).waitFor();
    },
  },
  "a wrong port is said in view, and what is pressed next is still pressed": {
    scene: "studio",
    run: async (page) => {
      await openApi(page);
      const port = page.getByLabel("Port", { exact: true });
      await port.fill("80");
      await page.keyboard.press("Tab");
      await inView(page.getByText("A port is a whole number"));
      await port.fill("81");
      const require = await page.getByRole("button", { name: "Require a token" }).boundingBox();
      assert.ok(require);
      await page.mouse.move(require.x + 20, require.y + require.height / 2);
      await page.mouse.down();
      await page.waitForTimeout(100);
      await page.mouse.up();
      await page.getByRole("group", { name: "New token" }).waitFor();
      assert.equal(await port.inputValue(), "81");
      assert.equal(await port.getAttribute("aria-invalid"), "true");
      await port.fill("08000");
      await page.keyboard.press("Enter");
      await page.getByText("1024 to 65535. Where").waitFor();
      assert.equal(await port.inputValue(), "8000");
    },
  },
  "the keyboard stays with the token: made, led to by Esc, done, replaced, removed": {
    scene: "studio",
    run: async (page) => {
      await openApi(page);
      const made = page.getByRole("group", { name: "New token" });
      const at = async (/** @type {string} */ name) => {
        await page.waitForTimeout(100);
        assert.equal(await focused(page), name);
      };
      await page.getByRole("button", { name: "Require a token" }).press("Enter");
      await made.waitFor();
      await at("Replace token");
      await page.keyboard.press("Escape");
      await at("Copy token");
      await inView(made);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await at("Replace token");
      for (const wait of [0, 300]) {
        await page.evaluate((ms) => {
          const fake = window.overpaintFake;
          if (!fake) return;
          const remove = fake.answers.remove_api_token;
          fake.answers.remove_api_token = async () => {
            if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
            return remove(null);
          };
        }, wait);
        await page.getByRole("button", { name: "Remove token" }).press("Enter");
        await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).press("Enter");
        await page.getByText("Not required:").waitFor();
        await at("Require a token");
        await page.keyboard.press("Enter");
        await at("Replace token");
      }
    },
  },
  "an edit that another program sends is told to who only listens": {
    scene: "studio",
    run: async (page) => {
      const said = page.getByRole("status").filter({ hasText: "Activity" });
      assert.equal(await said.textContent(), "Activity: nothing running");
      await page.evaluate(async () => {
        const fake = window.overpaintFake;
        const version_id = fake?.memory.versions.keys().next().value;
        if (!fake || !version_id) return;
        await fake.call("submit_edit", {
          ...{ version_id, prompt: "make it vivid", model: "demo" },
          idempotency_key: "a",
        });
      });
      await page.getByText("Activity: 1 running").waitFor({ state: "attached" });
      await page.getByText("Activity: nothing running").waitFor({ state: "attached" });
    },
  },
  "a drop that the window missed does not navigate": {
    scene: "studio",
    run: async (page) => {
      const prevented = await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(["x"], "x.png", { type: "image/png" }));
        return ["dragover", "drop"].map(
          (type) =>
            !document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })),
        );
      });
      assert.deepEqual(prevented, [true, true]);
    },
  },
};

const focused = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    if (at === document.body) return "nothing";
    const said = at?.querySelector(".visually-hidden") ?? at;
    return at?.getAttribute("aria-label") ?? said?.textContent?.trim();
  });

/** Opens Settings and turns the local API on. */
const openApi = async (/** @type {Page} */ page) => {
  await page.keyboard.press("Control+,");
  await page.getByRole("switch", { name: "Local API" }).click();
  await page.getByRole("button", { name: /^Copy address/ }).waitFor();
};

const inView = async (/** @type {import("playwright-core").Locator} */ thing) => {
  await thing.waitFor();
  const box = await thing.boundingBox();
  const height = thing.page().viewportSize()?.height ?? 0;
  assert.ok(box && box.y >= 44 && box.y + box.height <= height, JSON.stringify(box));
};

const only = process.argv.slice(2);
let failed = 0;
for (const [name, { scene, run }] of Object.entries(flows)) {
  if (only.length > 0 && !only.some((words) => name.includes(words))) continue;
  const page = await browser.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
  try {
    await page.goto(`${site.url}?scene=${scene}`);
    await page.getByRole("banner").waitFor();
    await run(page);
    assert.deepEqual(faults, []);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : error}\n${faults.join("\n")}`);
  }
  await page.close();
}
await browser.close();
site.close();
rmSync(profile, { recursive: true, force: true });
process.exitCode = failed > 0 ? 1 : 0;
