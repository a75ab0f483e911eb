import { tick } from "svelte";
import type { ExternalPage, Item, Job, NextStep } from "$lib/api/generated";
import { goneWords, told } from "$lib/library/gone";
import { dollars } from "$lib/money/words";
import { mayCostTwice } from "$lib/problems/words";
import type { App } from "./app.svelte";
import { focusField } from "./focus";
import { heard } from "./hear";

/** Runs what stands in the composer on the version that is shown. `fresh`: even though its result could be given from cache. */
export async function run(app: App, { fresh } = { fresh: false }) {
  if (!app.models.current) return app.layout.openKeySettings();
  const job = await app.notices.attempt(() => app.wish.run({ fresh }));
  if (!job) return whyNot(app);
  await heard(app, job);
  // One that was given from cache is done already: its result is shown, not its progress.
  if (job.root_id === app.studio.root?.id) await app.studio.openJob(job);
}

/** Leads to what kept an edit from running. */
function whyNot({ layout, wish }: App) {
  if (wish.message) layout.focusPrompt();
  else if (wish.problem) layout.focusProblem();
}

/** What running an edit again may cost, with the amount where it is known. */
function secondTime({ state, cost }: Job): string {
  const again = cost?.amount ? `cost about ${dollars(cost.amount)} a second time` : "be charged a second time";
  const before =
    state === "unconfirmed" ? "fal may already have run it once." : "The first time may have been charged.";
  return `${before} Running it again may ${again}.`;
}

/** Runs a job again. Where it may cost a second time, that is said first. */
export function retry(app: App, job: Job) {
  if (!mayCostTwice(job)) return void retryNow(app, job);
  app.layout.ask({
    title: "Run this edit again?",
    text: secondTime(job),
    confirm: "Run again",
    cancel: "Not now",
    loss: true,
    run: () => void retryNow(app, job),
  });
}

async function retryNow(app: App, job: Job) {
  const again = await app.notices.attempt(() => app.call("retry_job", { id: job.id }));
  if (!again) return;
  await heard(app, again);
  if (app.studio.shown?.id === job.id) await app.studio.openJob(again);
}

/** Looks in fal's own list for an edit that nobody is sure of. Free. */
export async function lookAgain(app: App, job: Job) {
  const looked = await app.notices.attempt(() => app.call("look_again", { id: job.id }));
  if (looked) await heard(app, looked);
}

export async function cancel(app: App, job: Job) {
  const cancelled = await app.notices.attempt(() => app.call("cancel_job", { id: job.id }));
  if (cancelled) await heard(app, cancelled);
}

/** Opens what a Library cell or an activity row stands for in the Studio. */
export async function show(app: App, { job, version }: Pick<Item, "job" | "version">) {
  await app.notices.attempt(async () => {
    if (version) await app.studio.open(version.id);
    else if (job) await app.studio.openJob(job);
    app.layout.go("studio");
  });
}

/** Opens an edit of which only the id is known in the Studio. */
export async function showEdit(app: App, id: string) {
  const job = await app.notices.attempt(() => app.call("get_job", { id }));
  if (job) await show(app, { job, version: null });
}

/** Puts a job's whole prompt back into the composer, over the version it was meant for. */
export async function editPrompt(app: App, job: Job) {
  await app.notices.attempt(async () => {
    const whole = await app.call("get_job", { id: job.id });
    await app.studio.open(whole.input_id);
    app.composer.prompt = whole.prompt;
    app.layout.go("studio");
    app.layout.focusPrompt();
  });
}

/** Leads to a parameter's field in the Details. */
export function showField(app: App, name: string) {
  app.layout.showDetails();
  app.parameters.folded = false;
  void tick().then(() => focusField(name));
}

/** Shows a version of any picture in the Studio. */
export async function showVersion(app: App, id: string) {
  await app.notices.attempt(() => app.studio.open(id));
}

/** The first button of a problem's card. */
export function take(app: App, step: NextStep, job: Job | null) {
  switch (step) {
    case "retry":
      return job ? retry(app, job) : undefined;
    case "edit_prompt":
      return job ? void editPrompt(app, job) : app.layout.focusPrompt();
    case "open_key_settings":
      return app.layout.openKeySettings();
    case "open_spending":
      return app.layout.openSpending();
    case "open_fal_billing":
      return openPage(app, "fal_billing");
    case "show_log":
      return void app.output.revealLog();
    case "choose_picture":
      return void app.intake.open();
  }
}

export function openPage(app: App, page: ExternalPage) {
  void app.notices.attempt(() => app.call("open_external", { page }));
}

/** Deletes what is selected in the Library, else the current cell. */
export function deleteSelected(app: App) {
  const ids = app.selection.target;
  return app.trash.delete(ids, goneWords(ids, app.library.items));
}

/** Deletes attempts that made nothing. */
export function deleteAttempts(app: App, jobs: Job[]) {
  const ids = jobs.map(({ id }) => id);
  return app.trash.delete(ids, told([], 0, ids.length));
}

export const deleteAttempt = (app: App, job: Job) => deleteAttempts(app, [job]);

/** Deletes what is shown: a result goes with the job that made it, an original with everything made from it. */
export async function deleteShown(app: App) {
  const { job, version, before, versions } = app.studio;
  const id = job?.id ?? version?.job_id ?? version?.id;
  if (!id || !version) return;
  const parent = job?.input_id ?? before?.id;
  const original = !job && !version.job_id;
  const what = original ? told([version.name], versions.length - 1) : told([], job ? 0 : 1, job ? 1 : 0);
  if (job && app.jobs.atWork.some((working) => working.id === job.id)) await cancel(app, job);
  if (!(await app.trash.delete([id], what))) return;
  // The original stands in for a parent that is gone itself; nothing is left of a deleted original, so the other pictures are shown.
  if (parent && app.studio.has(parent)) app.studio.show({ kind: "version", id: parent });
  else if (!app.studio.version) app.layout.go("library");
}
