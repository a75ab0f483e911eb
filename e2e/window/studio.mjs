// What a person does in the Studio, said once for all tests. Names are those a screen reader says.

import { KEY } from "./driver.mjs";
import { until } from "../until.mjs";

/** Replace what stands in the prompt, and press Ctrl+Enter. */
export async function edit({ page }, prompt) {
  const box = await page.find("textbox", "Prompt");
  await page.click(box);
  await page.press(KEY.control, "a");
  await page.type(box, prompt);
  await page.press(KEY.control, KEY.enter);
}

/** Wait for the result of this prompt beside what it was made from. */
export async function beforeAndAfter({ page }, prompt, options) {
  await page.find("group", `Picture: ${prompt}`, options);
  const slider = await page.find("slider", "Before and after", options);
  await until("both pictures", () =>
    page.run(
      "const all = [...arguments[0].parentElement.querySelectorAll('img')]; return all.length > 1 && all.every((each) => each.complete && each.naturalWidth > 0)",
      slider,
    ),
  );
  return slider;
}

/** Where the shown picture lies in the page, in whole pixels, without a margin in which labels and edges lie. Waits until it is drawn. */
export async function pictureArea({ page }) {
  const { x, y, width, height } = await until("a picture on the stage", () =>
    page.run(
      "const all = [...document.querySelectorAll('[role=group][aria-label^=\"Picture:\"] img')].filter((each) => each.naturalWidth > 0);" +
        "const [largest] = all.map((each) => each.getBoundingClientRect()).sort((a, b) => b.width * b.height - a.width * a.height);" +
        "return largest && { x: largest.x, y: largest.y, width: largest.width, height: largest.height };",
    ),
  );
  const inset = 48;
  return {
    x: Math.ceil(x + inset),
    y: Math.ceil(y + inset),
    width: Math.floor(width - 2 * inset),
    height: Math.floor(height - 2 * inset),
  };
}
