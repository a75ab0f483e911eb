// The pages that show the API, in a browser that reaches nothing but Overpaint.

import assert from "node:assert/strict";
import test from "node:test";
import { until } from "../until.mjs";
import { Town } from "./town.mjs";

for (const path of ["/docs", "/redoc"]) {
  test(`${path} shows every route without asking anybody else`, async () => {
    await Town.with(async ({ overpaint, chromium }) => {
      const described = Object.keys((await (await overpaint.ask("/openapi.json")).json()).paths);
      assert.ok(described.includes("/api/jobs"));
      const page = await chromium.context.newPage();
      const [elsewhere, complaints] = [[], []];
      await page.route("**", (route) => {
        const url = route.request().url();
        if (url.startsWith(`${overpaint.origin}/`) || /^(data|blob):/.test(url)) return route.continue();
        elsewhere.push(url);
        return route.abort();
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      // A refused style or script is an error of the console too.
      page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
      await page.addInitScript(() =>
        document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
          console.error(`refused by the page's policy: ${violatedDirective} ${blockedURI}`),
        ),
      );
      await page.goto(overpaint.origin + path);
      // Both break long paths with marks that have no width.
      const shown = () => page.evaluate(() => document.body.innerText.replaceAll("\u200b", ""));
      for (const each of described) {
        await until(`${each} on ${path}`, async () => {
          if ((await shown()).includes(each)) return true;
          // What it complained about so far is the likely reason.
          throw new Error([...complaints, ...elsewhere].join("\n"));
        });
      }
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(complaints, []);
    });
  });
}
