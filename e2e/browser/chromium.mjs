// Chromium without a window, a profile or a network: every name that ends in .example is this computer, and nothing else is anywhere.

import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The package is the interface's own; nothing is installed for these tests alone.
const { chromium } = createRequire(new URL("../../ui/package.json", import.meta.url))("playwright-core");

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-proxy-server",
  // Chromium itself stops some pages from asking this computer. Other browsers do not, and it is Overpaint's refusal that is tested.
  "--disable-features=LocalNetworkAccessChecks",
  "--host-resolver-rules=MAP *.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export class Chromium {
  #profile;
  /** @type {import("playwright-core").BrowserContext} */ context;

  static async start() {
    const browser = new Chromium();
    browser.#profile = await mkdtemp(join(tmpdir(), "overpaint-chromium-"));
    browser.context = await chromium.launchPersistentContext(browser.#profile, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ARGUMENTS,
      acceptDownloads: true,
    });
    browser.context.setDefaultTimeout(30_000);
    return browser;
  }

  /** A new page at an address. */
  async open(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  async stop() {
    await this.context?.close();
    // Its processes may still be writing their caches while they end.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
