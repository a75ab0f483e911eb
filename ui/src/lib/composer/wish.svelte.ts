import type { AskQuote, Job, Problem } from "$lib/api/generated";
import type { Models } from "$lib/models/models.svelte";
import { isDemo } from "$lib/models/models.svelte";
import type { Quotes } from "$lib/money/quote.svelte";
import type { Parameters } from "$lib/parameters/parameters.svelte";
import { fieldNamed } from "$lib/parameters/words";
import { room, type References } from "$lib/references/references.svelte";
import type { Composer } from "./composer.svelte";

/**
 * The whole edit as it stands: the composer's prompt and picture, the model, its parameters, the references. What it would cost is asked
 * of core; what would refuse it is shown before anybody clicks.
 */
export class Wish {
  /** The version whose pictures may be made smaller to fit: said once for one picture, not for ever. */
  #shrinkFor = $state<string | null>(null);
  readonly shrink = $derived.by(() => this.#shrinkFor !== null && this.#shrinkFor === this.composer.versionId);
  /** How many references fit; 0: the model takes none; null: not said. */
  readonly room = $derived.by(() => (this.demo ? 0 : room(this.parameters.form?.inputs)));
  readonly demo = $derived.by(() => this.models.current !== null && isDemo(this.models.current.provider));
  readonly asked: AskQuote | null = $derived.by(() => this.#asked());
  /** How many references are chosen and not sent. None while it is not known what the model takes. */
  readonly beyond = $derived.by(() =>
    this.settled && this.room !== null ? Math.max(0, this.references.list.length - this.room) : 0,
  );

  constructor(
    readonly composer: Composer,
    readonly models: Models,
    readonly parameters: Parameters,
    readonly references: References,
    readonly quotes: Quotes,
  ) {}

  /** What would refuse the edit, and is not solved by what was chosen since. An empty prompt is said when Run is pressed, not before. */
  get problem(): Problem | null {
    return this.#lacking() ?? this.#blocks(this.quotes.now?.problem ?? null, this.quotes.now?.shrinks ?? false);
  }

  /** The problem is what somebody just types: its field tells of it, when one leaves it. */
  get isTyped(): boolean {
    const [first] = this.parameters.lacking;
    return first !== undefined && this.parameters.wrong(first.name) !== null;
  }

  /** The parameter that the problem is about. */
  get wrongField(): string | null {
    const [lacking] = this.parameters.lacking;
    if (lacking) return lacking.name;
    const { problem } = this;
    if (!problem || !/parameter|value|field|validation/.test(problem.code)) return null;
    return fieldNamed(problem.detail, this.parameters.form?.fields ?? []);
  }

  /** What the model takes is known, or cannot be. */
  get settled(): boolean {
    return this.demo || this.parameters.form !== null || this.parameters.problem !== null;
  }

  /** The problem in one line. The parameter's own field says why it does not fit. */
  get said(): string | null {
    const { problem, wrongField } = this;
    if (!problem) return null;
    const field = this.parameters.form?.fields.find(({ name }) => name === wrongField);
    if (field && this.parameters.lacking.length === 0) return `${field.title} does not fit.`;
    return problem.detail.match(/.+?[.!?](?=\s|$)/)?.[0] ?? problem.detail;
  }

  makeItFit() {
    this.#shrinkFor = this.composer.versionId;
  }

  keepSize() {
    this.#shrinkFor = null;
  }

  /**
   * Runs it. A problem that was shown is looked at once more first: a cap may have been raised meanwhile.
   * @param fresh even though the same edit's result could be given for nothing
   */
  async run({ fresh } = { fresh: false }): Promise<Job | null> {
    const model = this.models.current;
    if (!model) return null;
    if (this.#lacking()) return null;
    if (this.problem) {
      const again = await this.quotes.fresh();
      if (this.#blocks(again?.problem ?? null, again?.shrinks ?? false)) return null;
    }
    const { parameters, references } = this.#more();
    const more = { parameters, references, shrink: this.shrink, fresh };
    const job = await this.composer.run(model.id, more, this.parameters.form?.prompt.required ?? true);
    if (job) this.keepSize();
    return job;
  }

  /** A field in which stands no value is not sent: without this the edit would run with another one than is seen. */
  #lacking(): Problem | null {
    const [field] = this.parameters.lacking;
    if (!field) return null;
    const wrong = this.parameters.wrong(field.name);
    return {
      ...{ code: "parameter_invalid", status: 422, retryable: false, charged: "no", next: null, request_id: null },
      title: "A parameter does not fit",
      detail: wrong ? `${field.title} does not fit.` : `${field.title} is missing.`,
    };
  }

  #blocks(problem: Problem | null, shrinks: boolean): Problem | null {
    if (!problem || problem.code === "prompt_empty" || (shrinks && this.shrink)) return null;
    return problem;
  }

  #more() {
    const most = this.room ?? Infinity;
    return { parameters: this.parameters.values, references: this.references.list.slice(0, most) };
  }

  #asked(): AskQuote | null {
    const { versionId, prompt } = this.composer;
    const model = this.models.current;
    // Before the form is here the parameters are not known, and a price without them would be another edit's.
    const known = this.parameters.form?.model.id === model?.id || this.parameters.problem !== null;
    if (!versionId || !model || !known) return null;
    return { version_id: versionId, prompt: prompt.trim(), model: model.id, ...this.#more(), shrink: this.shrink };
  }
}
