// The calls of the original's web client, made by a real browser from a page of a listed origin.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { LISTED, PICTURE, Town } from "./town.mjs";

/** A page of the listed site, with what the client does in it: ask, make a job, poll it until it has ended. */
async function client({ site, chromium, overpaint }) {
  const page = await chromium.open(site.origin(LISTED));
  await page.evaluate(
    ({ origin, picture }) => {
      window.ask = async (path, options) => {
        const answer = await fetch(origin + path, options);
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}: ${text}`);
        return JSON.parse(text);
      };
      window.form = (prompt) => {
        const form = new FormData();
        form.set("prompt", prompt);
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        form.set("image", new Blob([bytes], { type: "application/octet-stream" }), "photo.png");
        return form;
      };
      window.ended = async (id) => {
        for (;;) {
          const job = await window.ask(`/api/jobs/${id}`);
          if (job.status !== "processing") return job;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      };
    },
    { origin: overpaint.origin, picture: PICTURE.toString("base64") },
  );
  return page;
}

/** Run in the page: make a job and poll it as the client does. */
const run = (page, prompt) =>
  page.evaluate(async (prompt) => {
    const made = await window.ask("/api/jobs", { method: "POST", body: window.form(prompt) });
    return window.ended(made.job_id);
  }, prompt);

test("a page of a listed origin makes a job, polls it, and lists it", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const job = await run(page, "make it dusk");
    assert.equal(job.status, "done", job.error);
    const listed = await page.evaluate(() => window.ask("/api/jobs"));
    assert.deepEqual(
      listed.map((item) => [item.job_id, item.result_url]),
      [[job.job_id, job.result_url]],
    );
    assert.equal(await town.fal.charges(), 1);
  });
});

test("the form that package:http writes by itself needs no preflight and is taken", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const status = await page.evaluate(
      async ({ origin, picture }) => {
        const boundary = `dart-http-boundary-${"x".repeat(51)}`;
        const head =
          `--${boundary}\r\ncontent-disposition: form-data; name="prompt"\r\n\r\nmake it dusk\r\n` +
          `--${boundary}\r\ncontent-type: application/octet-stream\r\n` +
          'content-disposition: form-data; name="image"; filename="photo.png"\r\n\r\n';
        const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
        // As its browser client does: XMLHttpRequest, without credentials.
        const request = new XMLHttpRequest();
        request.open("POST", `${origin}/api/jobs`, true);
        request.setRequestHeader("content-type", `multipart/form-data; boundary=${boundary}`);
        request.send(new Blob([head, bytes, `\r\n--${boundary}--\r\n`]));
        await new Promise((resolve) => request.addEventListener("loadend", resolve));
        return request.status;
      },
      { origin: town.overpaint.origin, picture: PICTURE.toString("base64") },
    );
    assert.equal(status, 200);
  });
});

test("a result shows as a picture of the page, fetched or linked", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const job = await run(page, "make it dusk");
    // Image.network fetches with CORS in one renderer and sets `src` in the other.
    for (const crossOrigin of [null, "anonymous"]) {
      const width = await page.evaluate(
        async ({ url, crossOrigin }) => {
          const image = new Image();
          image.crossOrigin = crossOrigin;
          image.src = url;
          await image.decode();
          return image.naturalWidth;
        },
        { url: town.overpaint.origin + job.result_url, crossOrigin },
      );
      assert.ok(width > 0, `crossOrigin ${crossOrigin}`);
    }
    const type = await page.evaluate(
      async (url) => (await (await fetch(url)).blob()).type,
      town.overpaint.origin + job.result_url,
    );
    assert.match(type, /^image\//);
  });
});

test("a click on the client's download link saves the very bytes of the result", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const job = await run(page, "make it dusk");
    const saving = page.waitForEvent("download");
    // Like a user's click: no Origin, and the page's address without its path as Referer.
    await page.evaluate((url) => {
      const link = document.createElement("a");
      link.href = url;
      link.download = "";
      document.body.append(link);
      link.click();
    }, `${town.overpaint.origin}/api/jobs/${job.job_id}/download`);
    const download = await saving;
    const saved = await readFile(await download.path());
    const result = await town.overpaint.ask(job.result_url);
    assert.deepEqual(saved, Buffer.from(await result.arrayBuffer()));
    assert.equal(download.suggestedFilename(), job.result_url.split("/").pop());
  });
});

test("DELETE asks first, is allowed, and deletes", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const job = await run(page, "make it dusk");
    const devtools = await town.chromium.context.newCDPSession(page);
    const methods = [];
    devtools.on("Network.requestWillBeSent", ({ request }) => methods.push(request.method));
    await devtools.send("Network.enable");
    const said = await page.evaluate((id) => window.ask(`/api/jobs/${id}`, { method: "DELETE" }), job.job_id);
    assert.deepEqual(said, { detail: "Job deleted" });
    assert.ok(methods.includes("OPTIONS"), `the browser asked first: ${methods}`);
    assert.deepEqual(await town.overpaint.jobs(), []);
  });
});

test("a failed job is run again at the client's word", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const job = await run(page, "make it dusk [[fail-first:1]]");
    assert.equal(job.status, "error");
    const again = await page.evaluate(async (id) => {
      const made = await window.ask(`/api/jobs/${id}/retry`, { method: "POST" });
      return window.ended(made.job_id);
    }, job.job_id);
    assert.equal(again.status, "done", again.error);
    assert.equal(await town.fal.charges(), 1);
  });
});

test("a refusal is read by the page, not hidden by the browser", async () => {
  await Town.with(async (town) => {
    const page = await client(town);
    const said = await page.evaluate(() => window.ask("/api/jobs/nope").catch((error) => error.message));
    assert.match(said, /HTTP 404: .*Job not found/);
  });
});
