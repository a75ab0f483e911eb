// Everything a browser test needs, started together: a simulated fal, a web site, `overpaint serve` that lists one of its names, Chromium.

import { Overpaint } from "../overpaint.mjs";
import { SimulatedFal } from "../simulated-fal.mjs";
import { until } from "../until.mjs";
import { Chromium } from "./chromium.mjs";
import { Site } from "./site.mjs";

/** The name of the site that may use Overpaint. */
export const LISTED = "app.example";

/** A PNG of two by two pixels. */
export const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4UWEDRAwQCgArzgXx0HrtWgAAAABJRU5ErkJggg==",
  "base64",
);

export class Town {
  /** @type {SimulatedFal} */ fal;
  /** @type {Site} */ site;
  /** @type {Overpaint} */ overpaint;
  /** @type {Chromium} */ chromium;

  /**
   * Build it for one test and take it down afterwards.
   * @param {(town: Town) => Promise<void>} act
   */
  static async with(act) {
    const town = new Town();
    try {
      town.fal = await SimulatedFal.start();
      town.site = await Site.start();
      town.overpaint = await Overpaint.serve({
        ...town.fal.env,
        ALLOWED_ORIGINS: town.site.origin(LISTED),
        RECONCILE_PAUSE: "0",
      });
      town.chromium = await Chromium.start();
      await act(town);
    } finally {
      await town.chromium?.stop();
      await town.overpaint?.stop();
      town.site?.stop();
      await town.fal?.stop();
    }
  }

  /** Make a job as a program does, and wait for its end. */
  async job(prompt) {
    const body = new FormData();
    body.set("prompt", prompt);
    body.set("image", new Blob([PICTURE]), "photo.png");
    const made = await (await this.overpaint.ask("/api/jobs", { method: "POST", body })).json();
    return until(`the end of the job "${prompt}"`, async () => {
      const job = await (await this.overpaint.ask(`/api/jobs/${made.job_id}`)).json();
      return job.status !== "processing" && job;
    });
  }
}
