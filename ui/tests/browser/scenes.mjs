import { paid } from "./paid-scenes.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string; scene?: string; query?: string; act?: (page: Page) => Promise<void> }} Scene */

const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) =>
  page.getByRole("button", { name }).first();

/** Opens Settings and turns the local API on. */
const localApi = async (/** @type {Page} */ page) => {
  await button(page, "Settings").click();
  await page.getByRole("switch", { name: "Local API" }).click();
  await button(page, /^Copy address/).scrollIntoViewIfNeeded();
};

/** Every screen and state worth looking at. @type {Scene[]} */
export const scenes = [
  ...paid,
  { name: "first-run" },
  {
    name: "first-run-no-keychain",
    query: "no-keychain",
    act: async (page) => {
      await page.getByLabel("fal key").fill("id:secret");
      await button(page, "Save").click();
      await page.getByText("has no keychain").waitFor();
    },
  },
  {
    name: "drop-overlay",
    scene: "studio",
    act: (page) => page.evaluate(() => window.overpaintFake?.drop({ type: "over" })),
  },
  {
    name: "refused",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() =>
        window.overpaintFake?.drop({ type: "drop", paths: ["/a/notes on the shoot.txt", "/a/IMG_2041.HEIC"] }),
      );
      await page.getByText("2 files could not be added").waitFor();
    },
  },
  { name: "studio", scene: "studio" },
  {
    name: "studio-demo-result",
    scene: "studio",
    act: (page) => page.getByRole("treeitem", { name: /black and white/ }).click(),
  },
  {
    name: "studio-details",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("group", { name: /^Picture/ }).focus();
      await page.keyboard.press("i");
      await page.keyboard.press("i");
    },
  },
  {
    name: "studio-original",
    scene: "studio",
    act: (page) => page.getByRole("treeitem", { name: /^Original/ }).click(),
  },
  {
    name: "studio-zoomed",
    scene: "studio",
    act: async (page) => {
      const stage = page.getByRole("group", { name: /^Picture/ });
      await stage.hover();
      for (let n = 0; n < 6; n += 1) await page.mouse.wheel(0, -160);
    },
  },
  {
    name: "studio-hold-original",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("treeitem", { name: /screen print/ }).click();
      await page.keyboard.down("o");
    },
  },
  {
    name: "studio-running",
    scene: "busy",
    act: (page) => page.getByRole("treeitem", { name: /make it snow/ }).click(),
  },
  {
    name: "studio-log",
    scene: "busy",
    act: async (page) => {
      await page.getByRole("treeitem", { name: /make it snow/ }).click();
      await button(page, "Show log").click();
    },
  },
  {
    name: "studio-cancelled",
    scene: "busy",
    act: async (page) => {
      await page.getByRole("treeitem", { name: /make it snow/ }).click();
      await button(page, "Cancel this edit").click();
      await page.getByText("fal may still charge").waitFor();
    },
  },
  {
    name: "studio-deleted",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("treeitem", { name: /golden hour/ }).click();
      await page.keyboard.press("Delete");
      await page.getByText("1 version deleted").waitFor();
    },
  },
  { name: "studio-failures", scene: "failures" },
  {
    name: "studio-failures-open",
    scene: "failures",
    act: (page) => page.getByRole("treeitem", { name: "9 attempts that failed" }).click(),
  },
  {
    name: "studio-long-prompt",
    scene: "studio",
    act: async (page) => {
      const prompt = page.getByRole("textbox", { name: "Prompt" });
      await prompt.fill(
        "warm light that comes from the left, with a soft vignette and the steam kept as it is. ".repeat(9),
      );
      await prompt.press("Control+Enter");
      await page.getByRole("slider", { name: "Before and after" }).waitFor();
      await button(page, "Show all").waitFor();
    },
  },
  {
    name: "drop-overlay-first-run",
    act: (page) => page.evaluate(() => window.overpaintFake?.drop({ type: "over" })),
  },
  { name: "studio-failed", scene: "busy", act: (page) => page.getByRole("treeitem", { name: /croissant/ }).click() },
  { name: "studio-unconfirmed", scene: "busy", act: (page) => page.getByRole("treeitem", { name: /dragon/ }).click() },
  {
    name: "question",
    scene: "busy",
    act: async (page) => {
      await page.getByRole("treeitem", { name: /dragon/ }).click();
      await button(page, /Run again/).click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "close-asked",
    scene: "busy",
    act: async (page) => {
      await page.evaluate(() => window.overpaintFake?.announce({ type: "close_asked", active: 2 }));
      await page.getByRole("alertdialog").waitFor();
    },
  },
  { name: "activity", scene: "busy", act: (page) => button(page, /^Activity/).click() },
  { name: "models", scene: "studio", act: (page) => page.getByLabel(/^Model:/).click() },
  {
    name: "empty-prompt",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Prompt" }).fill("");
      await button(page, /^Run/).click();
    },
  },
  {
    name: "tooltip",
    scene: "studio",
    act: async (page) => {
      await button(page, "Save").hover();
      await page.locator(".tip").waitFor();
    },
  },
  { name: "library", scene: "library", act: (page) => button(page, "Library").click() },
  {
    name: "library-selected",
    scene: "library",
    act: async (page) => {
      await button(page, "Library").click();
      for (const name of [/golden hour, brighter/, /black and white, hard/, /coffee/]) {
        await page
          .getByRole("gridcell", { name })
          .first()
          .click({ modifiers: ["ControlOrMeta"] });
      }
    },
  },
  {
    name: "library-deleted",
    scene: "library",
    act: async (page) => {
      await button(page, "Library").click();
      await page.getByRole("gridcell", { name: /golden hour, brighter/ }).click({ modifiers: ["ControlOrMeta"] });
      await page.keyboard.press("Delete");
      await page.getByText("1 version deleted").waitFor();
    },
  },
  {
    name: "library-many",
    scene: "many",
    act: async (page) => {
      await button(page, "Library").click();
      await page.getByRole("grid").hover();
      await page.mouse.wheel(0, 40_000);
      await page.waitForTimeout(400);
    },
  },
  {
    name: "settings",
    scene: "studio",
    act: async (page) => {
      await button(page, "Settings").click();
      await button(page, "Test").click();
      await page.getByText("You can run edits").waitFor();
    },
  },
  {
    name: "settings-below",
    scene: "studio",
    act: async (page) => {
      await button(page, "Settings").click();
      await page.getByText("Advanced").click();
      await page.getByText("Overpaint 0.1.0").scrollIntoViewIfNeeded();
    },
  },
  { name: "local-api", scene: "studio", act: localApi },
  {
    name: "local-api-token",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() => window.overpaintFake?.takenPorts.push(8000));
      await localApi(page);
      await button(page, "Require a token").click();
      await button(page, "Done").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "local-api-turning-off",
    act: async (page) => {
      await localApi(page);
      await page.evaluate(() => {
        const fake = window.overpaintFake;
        if (fake) fake.answers.set_api = () => new Promise(() => {});
      });
      await page.getByRole("switch", { name: "Local API" }).click();
      await page.getByText("Turning off…").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "local-api-bad-port",
    scene: "studio",
    act: async (page) => {
      await localApi(page);
      await page.getByLabel("Port").fill("80");
      await page.keyboard.press("Enter");
      await page.getByText("A port is a whole number").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "local-api-fixed",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() => {
        const fake = window.overpaintFake;
        if (!fake) return;
        const problem = {
          ...{ code: "setting_invalid", status: 422, title: "A setting does not fit", retryable: false, charged: "no" },
          ...{ next: null, request_id: null },
          detail:
            'ALLOWED_ORIGINS is "*"; it must be a list of origins such as https://example.org; a * would let every web page spend your money.',
        };
        const fixed = ["api_port", "api_token"];
        const api = { on: true, url: null, port: 8000, token_required: true, problem, fixed };
        fake.answers.get_api = () => /** @type {import("../../src/lib/api/generated").LocalApi} */ (api);
        fake.announce({ type: "settings" });
      });
      await button(page, "Settings").click();
      await page.getByText("Required with every request.").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "keys",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("group", { name: /^Picture/ }).focus();
      await page.keyboard.press("?");
      await page.getByLabel("Search keys").waitFor();
    },
  },
];
