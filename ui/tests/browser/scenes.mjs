/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string; scene?: string; query?: string; act?: (page: Page) => Promise<void> }} Scene */

const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) =>
  page.getByRole("button", { name }).first();

/** Every screen and state worth looking at. @type {Scene[]} */
export const scenes = [
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
