// Looks at every screen and state of the page, built around the fake host, in Chromium: `npm run shots -- FOLDER [NAME…]`.
// Writes NAME-THEME-SIZE.png for light and dark, large and smallest, and fails on a script error, a refused style or script,
// a page that scrolls, or a control without a name. `OVERPAINT_PICTURES` may name a folder of photographs to show.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { scenes } from "./scenes.mjs";
import { serve } from "./serve.mjs";

const [folder = "shots", ...only] = process.argv.slice(2);
const sizes = /** @type {const} */ ([
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
]);
const themes = /** @type {const} */ (["light", "dark"]);

mkdirSync(folder, { recursive: true });
const site = await serve(new URL("../../dist-fake", import.meta.url).pathname, process.env["OVERPAINT_PICTURES"]);
const profile = mkdtempSync(join(tmpdir(), "overpaint-shots-"));
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const browser = await chromium.launchPersistentContext(profile, { executablePath, args: ["--no-sandbox"] });
/** @type {string[]} */
const faults = [];

for (const { name, scene, query, act } of scenes) {
  if (only.length > 0 && !only.includes(name)) continue;
  const page = await browser.newPage();
  page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
  page.on("console", (line) => line.type() === "error" && faults.push(`${name}: ${line.text()}`));
  page.setDefaultTimeout(20_000);
  await page.setViewportSize(sizes[0]);
  try {
    await page.goto(`${site.url}?${scene ? `scene=${scene}&` : ""}${query ?? ""}`);
    await page.getByRole("banner").waitFor();
    await act?.(page);
  } catch (error) {
    faults.push(`${name}: ${error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : error}`);
  }
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const colorScheme of themes) {
      const label = `${name}-${colorScheme}-${size.width}`;
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(200);
      await page.screenshot({ path: join(folder, `${label}.png`) });
      faults.push(...(await page.evaluate(inspect)).map((fault) => `${label}: ${fault}`));
      faults.push(...(await violations(page)).map((fault) => `${label}: ${fault}`));
    }
  }
  await page.close();
  console.log(name);
}

await browser.close();
site.close();
rmSync(profile, { recursive: true, force: true });
for (const fault of [...new Set(faults)]) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/**
 * What axe finds against WCAG 2.2 AA, contrast included.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() =>
    // @ts-expect-error axe was put into the page
    window.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  return found.violations.flatMap((/** @type {import("axe-core").Result} */ rule) =>
    rule.nodes.slice(0, 3).map((node) => `${rule.id}: ${node.html.slice(0, 110)} ${node.any[0]?.message ?? ""}`),
  );
}

/** Runs in the page: what is wrong with it that a picture may not show. */
function inspect() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) found.push("the page itself scrolls");
  for (const control of document.querySelectorAll("button, input, textarea, [role=slider]")) {
    const labelled = control.getAttribute("aria-label") || control.textContent?.trim() || control.closest("label");
    if (!labelled) found.push(`no name: ${control.outerHTML.slice(0, 80)}`);
    const box = control.getBoundingClientRect();
    const shown =
      box.width > 0 && !control.closest("[role=grid], [role=tree], .settings, aside, .start, .panel, .notices");
    if (shown && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1)) {
      found.push(`outside the window: ${control.outerHTML.slice(0, 80)}`);
    }
  }
  for (const cut of document.querySelectorAll(".cut")) {
    if (cut.scrollWidth > cut.clientWidth + 1 && !cut.closest("[title], [aria-label]")) {
      found.push(`cut off without a title: ${cut.textContent?.slice(0, 40)}`);
    }
  }
  return found;
}
