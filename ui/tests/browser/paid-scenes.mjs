/** @typedef {import("./scenes.mjs").Page} Page */

const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) =>
  page.getByRole("button", { name }).first();

/** Models, parameters, references, prices, and everything that can stand in a paid edit's way. @type {import("./scenes.mjs").Scene[]} */
export const paid = [
  {
    name: "studio-looking",
    scene: "trouble",
    act: (page) => page.getByRole("treeitem", { name: /let it rain/ }).click(),
  },
  {
    name: "studio-your-turn",
    scene: "trouble",
    act: (page) => page.getByRole("treeitem", { name: /dragon/ }).click(),
  },
  { name: "studio-locked", scene: "trouble", act: (page) => page.getByRole("treeitem", { name: /locked/ }).click() },
  { name: "studio-bad-key", scene: "trouble", act: (page) => page.getByRole("treeitem", { name: /key gone/ }).click() },
  {
    name: "studio-put-off",
    scene: "trouble",
    act: (page) => page.getByRole("treeitem", { name: /no network/ }).click(),
  },
  { name: "activity-money", scene: "trouble", act: (page) => button(page, /^Activity/).click() },
  {
    name: "activity-over-cap",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() =>
        window.overpaintFake?.call("change_settings", { day_cap: 0.1, month_cap: 0.14 }).then(() => {
          window.overpaintFake?.announce({ type: "settings" });
        }),
      );
      await button(page, /^Activity/).click();
    },
  },
  {
    name: "parameters",
    scene: "everything",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Seed" }).fill("9152847761203345178");
      await page.getByRole("textbox", { name: "Strength" }).fill("wide");
      await page.getByRole("button", { name: "Details" }).waitFor();
    },
  },
  {
    name: "parameters-below",
    scene: "everything",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Loras, as JSON" }).fill("[{");
      await page.getByRole("textbox", { name: "Loras, as JSON" }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "references",
    scene: "everything",
    act: async (page) => {
      await button(page, "Add reference").click();
      await page.getByRole("menuitem", { name: /Library/ }).click();
      const pictures = page.getByRole("group", { name: "Recent pictures" }).getByRole("button");
      await pictures.nth(0).click();
      await pictures.nth(2).click();
      await button(page, "Use 2 pictures").click();
      await page.getByRole("group", { name: "References" }).getByText("2 of 3").waitFor();
    },
  },
  {
    name: "references-not-taken",
    scene: "everything",
    act: async (page) => {
      const paths = ["/a/one.png", "/a/two.png"];
      const drop = (/** @type {string[]} */ paths) =>
        window.overpaintFake?.drop({ type: "drop", paths, at: { x: innerWidth * 0.3, y: 300 } });
      await page.getByRole("group", { name: "References" }).waitFor();
      await page.evaluate(drop, paths);
      await page.getByText("2 of 3").waitFor();
      await page.evaluate(async () => {
        await window.overpaintFake?.call("change_settings", { model: "fal-ai/flux-pro/kontext" });
        window.overpaintFake?.announce({ type: "settings" });
      });
      await page.getByText(/takes no references/).waitFor();
      await page.getByRole("textbox", { name: "Prompt" }).fill("a huge sunset");
      await button(page, "Make it fit").waitFor();
      await page.keyboard.press("Control+Enter");
    },
  },
  {
    name: "picture-field",
    scene: "everything",
    act: async (page) => {
      await button(page, "Add mask").click();
      await page.getByRole("menuitem", { name: /Library/ }).click();
      await page.getByRole("group", { name: "Recent pictures" }).getByRole("button").nth(1).click();
      await button(page, "Use picture").click();
      await page
        .getByRole("textbox", { name: "Negative prompt" })
        .fill("blurry, low quality, text, watermark, three hands, and a cat in the background");
      await page.getByRole("textbox", { name: "Image size, width in pixels" }).fill("");
      await page.getByRole("textbox", { name: "Creativity" }).focus();
      await button(page, "Replace mask").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "library-pick",
    scene: "everything",
    act: async (page) => {
      await button(page, "Add reference").click();
      await page.getByRole("menuitem", { name: /Library/ }).click();
      await page.getByRole("group", { name: "Recent pictures" }).getByRole("button").nth(1).click();
    },
  },
  { name: "reference-menu", scene: "everything", act: (page) => button(page, "Add reference").click() },
  {
    name: "drop-targets",
    scene: "everything",
    act: (page) => page.evaluate(() => window.overpaintFake?.drop({ type: "over", at: { x: 500, y: 300 } })),
  },
  {
    name: "too-large",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Prompt" }).fill("a huge sunset");
      await button(page, "Make it fit").waitFor();
    },
  },
  {
    name: "cap-reached",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() => window.overpaintFake?.call("change_settings", { day_cap: 0.1 }));
      await page.getByRole("textbox", { name: "Prompt" }).fill("warmer");
      await button(page, "Change cap").waitFor();
    },
  },
  {
    name: "wrong-parameter",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Prompt" }).fill("a wrong number of cups");
      await button(page, "Show the field").waitFor();
    },
  },
  {
    name: "similar",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Prompt" }).fill("golden hour, brighter");
      await button(page, "You already have one like this").waitFor();
    },
  },
  {
    name: "cached",
    scene: "studio",
    act: async (page) => {
      await page.getByRole("textbox", { name: "Seed" }).fill("7");
      await page.getByRole("textbox", { name: "Prompt" }).fill("golden hour, brighter");
      await button(page, "Run again anyway").waitFor();
    },
  },
  {
    name: "models-search",
    scene: "studio",
    act: async (page) => {
      await page.getByLabel(/^Model:/).click();
      await page.getByRole("combobox", { name: "Search models" }).fill("flux fill");
      await page.getByRole("row", { name: /FLUX.1 Fill/ }).waitFor();
    },
  },
  {
    name: "models-pasted",
    scene: "studio",
    act: async (page) => {
      await page.getByLabel(/^Model:/).click();
      await page.getByRole("combobox", { name: "Search models" }).fill("fal-ai/some-new/model/edit");
      await page.getByText("Use fal-ai/some-new/model/edit").waitFor();
    },
  },
  {
    name: "models-end",
    scene: "studio",
    act: async (page) => {
      await page.getByLabel(/^Model:/).click();
      await page.getByText("more: type to search").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "models-long-id",
    scene: "studio",
    act: async (page) => {
      const id = "fal-ai/somebody/with-a-very-long-name/of-a-model/v1.5/image-to-image/edit-with-masks";
      await page.getByLabel(/^Model:/).click();
      await page.getByRole("combobox", { name: "Search models" }).fill(id);
      await page.getByText(`Use ${id}`).click();
      await page.getByLabel(/^Model:/).click();
      await page.getByRole("combobox", { name: "Search models" }).fill(id);
      await page.getByText(`Use ${id}`).waitFor();
    },
  },
  {
    name: "models-without-key",
    scene: "studio",
    act: async (page) => {
      await page.evaluate(() => {
        const fake = window.overpaintFake;
        if (!fake) return;
        fake.key = "none";
        fake.listFails = true;
        fake.announce({ type: "settings" });
      });
      await page.getByLabel(/^Model:/).click();
      await button(page, "Refresh").click();
      await page.getByText("fal could not be reached").waitFor();
    },
  },
  {
    name: "model-unknown-form",
    scene: "studio",
    act: async (page) => {
      await page.getByLabel(/^Model:/).click();
      await page.getByRole("combobox", { name: "Search models" }).fill("fal-ai/kolors/v2/relight");
      await page.getByRole("row", { name: /kolors 2 relight/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("This model's form is not known").waitFor();
    },
  },
  {
    name: "settings-spending",
    scene: "trouble",
    act: async (page) => {
      await button(page, "Settings").click();
      await page.getByText("Cap for a day").waitFor();
      await page.getByText("This month by model").waitFor();
      await page.getByRole("group", { name: "Ledger" }).evaluate((ledger) => ledger.scrollIntoView({ block: "end" }));
    },
  },
  {
    name: "settings-privacy",
    scene: "studio",
    act: async (page) => {
      await button(page, "Settings").click();
      await page.getByRole("switch", { name: /^fal keeps/ }).click();
      await page.getByText("fal keeps nothing").scrollIntoViewIfNeeded();
    },
  },
];
