import type { Host } from "$lib/host";
import type { Added, Problem } from "$lib/api/generated";
import { Composer, type Chance } from "$lib/composer/composer.svelte";
import { DraftKeeper } from "$lib/composer/draft";
import { Prompts } from "$lib/composer/prompts.svelte";
import { Wish } from "$lib/composer/wish.svelte";
import { Clock } from "$lib/format/clock";
import { count } from "$lib/format/size";
import { Intake } from "$lib/intake/intake.svelte";
import { Jobs } from "$lib/jobs/jobs.svelte";
import { Library } from "$lib/library/library.svelte";
import { Selection } from "$lib/library/selection.svelte";
import { Trash } from "$lib/library/trash";
import { Finder } from "$lib/models/finder.svelte";
import { Models } from "$lib/models/models.svelte";
import { Quotes } from "$lib/money/quote.svelte";
import { Spending } from "$lib/money/spending.svelte";
import { Output } from "$lib/output/output";
import { Parameters } from "$lib/parameters/parameters.svelte";
import { Notices } from "$lib/problems/notices.svelte";
import { References } from "$lib/references/references.svelte";
import { Api } from "$lib/settings/api.svelte";
import { FalKey } from "$lib/settings/key.svelte";
import { Preferences } from "$lib/settings/preferences.svelte";
import { Comparison } from "$lib/studio/comparison.svelte";
import { Made } from "$lib/studio/made.svelte";
import { Studio } from "$lib/studio/studio.svelte";
import { Zoom } from "$lib/studio/zoom.svelte";
import { Toasts } from "$lib/ui/toasts.svelte";
import { Undo } from "$lib/ui/undo";
import { Layout } from "./layout.svelte";
import { dropTargets } from "./pictures";

/**
 * The page's state, put together: one instance of each subject, and where they meet. It draws nothing and knows no element;
 * what happens on an announcement is in `hear.ts`, what buttons across subjects do in `acts.ts`.
 */
export class App {
  readonly call;
  readonly layout = new Layout();
  readonly toasts = new Toasts();
  readonly undo = new Undo();
  readonly notices = new Notices();
  readonly comparison = new Comparison();
  readonly zoom = new Zoom(globalThis.devicePixelRatio);
  readonly selection = new Selection();
  readonly clock: Clock;
  readonly jobs;
  readonly studio;
  readonly made;
  readonly models;
  readonly finder;
  readonly parameters;
  readonly references;
  readonly spending;
  readonly draft;
  readonly composer;
  readonly wish;
  readonly library;
  readonly trash;
  readonly intake;
  readonly output;
  readonly preferences;
  readonly key;
  readonly api;
  /** False until the first answers are here; nothing is drawn before, so nothing flashes. */
  started = $state(false);

  constructor(
    readonly host: Host,
    chance: Chance = { now: () => Date.now(), uuid: () => crypto.randomUUID() },
  ) {
    const call = (this.call = host.call);
    this.clock = new Clock(chance.now);
    this.jobs = new Jobs(call);
    this.studio = new Studio(call, this.jobs);
    this.made = new Made(call);
    this.models = new Models(call);
    this.finder = new Finder(call, this.models);
    this.parameters = new Parameters(call);
    this.spending = new Spending(call);
    this.draft = new DraftKeeper(call);
    this.references = new References(() => this.composer.note());
    this.composer = new Composer(call, this.draft, new Prompts(), this.references, chance);
    this.wish = new Wish(this.composer, this.models, this.parameters, this.references, new Quotes(call));
    this.library = new Library(call);
    this.trash = new Trash(call, this.notices, this.toasts, this.undo, (gone) => this.#trashed(gone));
    const received = (added: Added) => this.#received(added);
    this.intake = new Intake(call, host, this.notices, received, () => dropTargets(this));
    this.output = new Output(call, host, this.notices, this.toasts);
    this.preferences = new Preferences(call);
    this.api = new Api(call);
    this.key = new FalKey(call, (status) => {
      this.preferences.status = status;
      if (status.key !== "none") void this.spending.askBalanceAnew();
      return this.readModels();
    });
  }

  /** Reads what the first picture of the window needs. Listen to announcements before calling this. */
  async start() {
    await this.notices.attempt(async () => {
      await Promise.all([this.preferences.read(), this.api.read()]);
      await Promise.all([this.readModels(), this.jobs.read(), this.spending.read()]);
      await this.#restore();
    });
    this.started = true;
    const opened = await this.notices.attempt(() => this.call("take_opened"));
    if (opened) await this.intake.receive(opened);
    await this.notices.attempt(() => this.#seedPrompts());
  }

  readModels() {
    return this.models.read(this.preferences.settings?.model ?? "demo");
  }

  /** Where the last session stopped: prompt and references always, the picture if it is still there. */
  async #restore() {
    const draft = await this.draft.read();
    this.composer.restore(draft.prompt);
    this.references.restore(draft.references);
    if (draft.version_id) await this.studio.open(draft.version_id).catch((_gone: Problem) => this.studio.close());
    if (!this.studio.version && !this.preferences.status?.empty) this.layout.go("library");
  }

  async #seedPrompts() {
    const { items } = await this.call("list_items", { after: null, limit: 60 });
    const prompts = items.map((item) => item.version?.prompt ?? null).filter((prompt) => prompt !== null);
    this.composer.prompts.seed(prompts);
  }

  async #received({ versions }: Added) {
    const [first] = versions;
    if (!first) return;
    if (this.preferences.status) this.preferences.status = { ...this.preferences.status, empty: false };
    if (this.library.known) await this.library.reload();
    if (versions.length === 1) {
      await this.studio.open(first.id);
      this.layout.go("studio");
      this.layout.focusPrompt();
    } else {
      this.layout.go("library");
      this.toasts.say("added", `${count(versions.length, "picture")} added`);
    }
  }

  async #trashed(gone: string[]) {
    const order = this.library.items.map((item) => item.id);
    this.library.remove(gone);
    this.selection.drop(gone, order);
    this.jobs.forget(gone);
    await Promise.all([this.studio.reread(), gone.length === 0 ? this.jobs.read() : null, this.library.reload()]);
  }
}
