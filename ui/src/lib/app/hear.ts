import type { Event as Announcement, Job } from "$lib/api/generated";
import { count } from "$lib/format/size";
import type { App } from "./app.svelte";
import { dropGone } from "./pictures";

/** What the page does when core announces something. Each announcement is whole: a lost or doubled one does no harm. */
export async function hear(app: App, announced: Announcement): Promise<void> {
  switch (announced.type) {
    case "job":
      return heard(app, announced.job);
    case "library":
      await catchUp(app);
      await Promise.all([app.studio.reread(), app.library.known ? app.library.reload() : null, dropGone(app)]);
      return;
    case "models":
      await Promise.all([app.readModels(), app.finder.found ? app.finder.look() : null]);
      return app.parameters.lacksForm ? app.parameters.again() : undefined;
    case "settings":
      await Promise.all([app.preferences.read(), app.api.read(), app.spending.read()]);
      await app.readModels();
      // A form may have been missing for want of a key.
      return app.parameters.lacksForm ? app.parameters.again() : undefined;
    case "opened":
      return app.intake.receive(announced.added);
    case "close_asked":
      await app.composer.flush();
      return app.layout.ask({
        title: `${count(announced.active, "edit")} ${announced.active === 1 ? "is" : "are"} still running`,
        text: "Closing does not lose them: they go on at the next start.",
        confirm: "Close anyway",
        cancel: "Keep open",
        loss: false,
        run: () => void app.call("quit"),
      });
  }
}

/** A job's state, announced or answered: everything that shows jobs, results or money takes it. */
export async function heard(app: App, job: Job): Promise<void> {
  if (app.jobs.get(job.id)?.state !== job.state) app.spending.touch();
  if (!app.jobs.hear(job)) return;
  if (await app.studio.hear(job)) app.comparison.reset();
  await app.library.hear(job);
}

/** `library` is also what comes to a page that lagged, whatever it missed: an end, a setting, a model. */
async function catchUp(app: App) {
  app.spending.touch();
  // Before the history is read again: a result takes the place of its job while that still stands there.
  for (const job of await app.jobs.missed()) await heard(app, job);
  await app.preferences.read();
  await app.readModels();
}
