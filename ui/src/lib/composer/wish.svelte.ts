import type { AskQuote, Job, Problem } from "$lib/api/generated";
import type { Models } from "$lib/models/models.svelte";
import { isDemo } from "$lib/models/models.svelte";
import type { Quotes } from "$lib/money/quote.svelte";
import type { Parameters } from "$lib/parameters/parameters.svelte";
import { fieldNamed } from "$lib/parameters/words";
import { room, type References } from "$lib/references/references.svelte";
import { STILL_READING, type Composer } from "./composer.svelte";

/**
 * The whole edit as it stands: the composer's prompt and picture, the model, its parameters, the references. What it would cost is asked
 * of core; what would refuse it is shown before anybody clicks.
 */
export class Wish {
  /** The version whose pictures may be made smaller to fit: said once for one picture, not for ever. */
  #shrinkFor = $state<string | null>(null);
  readonly shrink = $derived.by(() => this.#shrinkFor !== null && this.#shrinkFor === this.composer.versionId);
  /** How many references fit; 0: the model takes none; null: nobody said, or its form is still being read. */
  readonly room = $derived.by(() => {
    if (this.demo) return 0;
    return this.settled ? room(this.parameters.form?.inputs) : null;
  });
  readonly demo = $derived.by(() => this.models.current !== null && isDemo(this.models.current.provider));
  readonly asked: AskQuote | null = $derived.by(() => this.#asked());
  /** How many references are chosen and not sent. None while it is not known what the model takes. */
  readonly beyond = $derived.by(() => (this.room === null ? 0 : Math.max(0, this.references.list.length - this.room)));
  /** Why the last Run did nothing, as long as that is so. */
  readonly message = $derived.by(() => {
    const { message } = this.composer;
    return message === STILL_READING && this.asked ? null : message;
  });

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
   * Runs what a price was asked for, so that nothing else is paid. A problem that was shown is looked at once more first: a cap may have
   * been raised meanwhile.
   * @param fresh even though the same edit's result could be given for nothing
   */
  async run({ fresh } = { fresh: false }): Promise<Job | null> {
    const { asked } = this;
    if (!this.models.current || this.#lacking()) return null;
    if (this.problem) {
      const again = await this.quotes.fresh();
      if (this.#blocks(again?.problem ?? null, again?.shrinks ?? false)) return null;
    }
    const job = await this.composer.run(asked && { ...asked, fresh }, this.parameters.form?.prompt.required ?? true);
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

  #asked(): AskQuote | null {
    const { versionId, prompt } = this.composer;
    const model = this.models.current;
    // Before the form is here the parameters are not known, and a price without them would be another edit's.
    const known = this.parameters.form?.model.id === model?.id || this.parameters.problem !== null;
    if (!versionId || !model || !known) return null;
    const references = this.references.list.slice(0, this.room ?? Infinity);
    const { values: parameters } = this.parameters;
    return {
      version_id: versionId,
      prompt: prompt.trim(),
      model: model.id,
      parameters,
      references,
      shrink: this.shrink,
    };
  }
}
