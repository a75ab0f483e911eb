import { SvelteMap } from "svelte/reactivity";
import type { Call } from "$lib/api/call";
import type { AskQuote, Job } from "$lib/api/generated";
import type { DraftKeeper } from "./draft";
import type { References } from "$lib/references/references.svelte";
import type { Prompts } from "./prompts.svelte";

/** A click that follows another this soon is the same click. */
const DOUBLE_CLICK = 1000;

const EMPTY = "Write a wish, then Run.";
const NO_PICTURE = "Add a picture first.";
/** While a model's form is read nobody knows what goes along with the prompt. */
export const STILL_READING = "The model's parameters are still being read.";
const STILL_SENDING = "This edit is still being sent.";

/** Where time and chance come from, so that a test can hold them. */
export type Chance = { now: () => number; uuid: () => string };

/** An edit as it was asked the price of; `fresh`: even though its result could be given from cache. */
export type Ready = AskQuote & { fresh?: boolean };

/**
 * The wish being written. One click is one job: the second half of a double click does nothing, and a wish that is on its way is not
 * sent twice. Every other Run either runs or says in `message` why not: it is never ignored in silence.
 * Once a job is accepted the prompt leaves the box, so that it is not run twice by accident; Alt+Up brings it back.
 */
export class Composer {
  #prompt = $state("");
  message = $state<string | null>(null);
  /** The version an edit would continue from. */
  versionId = $state<string | null>(null);
  #ranAt = -Infinity;
  /** Wishes on their way, each with when it was sent. */
  #sent = new SvelteMap<string, number>();
  readonly sending = $derived(this.#sent.size > 0);

  constructor(
    private readonly call: Call,
    private readonly draft: DraftKeeper,
    readonly prompts: Prompts,
    private readonly references: References,
    private readonly chance: Chance,
  ) {}

  get prompt() {
    return this.#prompt;
  }

  /** Typed by the user. */
  set prompt(text: string) {
    this.prompts.leave();
    this.#set(text);
  }

  /** Puts back what a crash or a quit left unsent. */
  restore(prompt: string) {
    this.#prompt = prompt;
  }

  continueFrom(versionId: string | null) {
    if (this.versionId === versionId) return;
    this.versionId = versionId;
    this.note();
  }

  older() {
    const prompt = this.prompts.older(this.#prompt);
    if (prompt !== null) this.#set(prompt);
  }

  newer() {
    const prompt = this.prompts.newer();
    if (prompt !== null) this.#set(prompt);
  }

  /** Something of the draft was changed. */
  note() {
    this.draft.note({ prompt: this.#prompt, version_id: this.versionId, references: this.references.list });
  }

  flush = () => this.draft.flush();

  /**
   * Runs the wish. Null when there was nothing to run, which `message` then says, or when this is the second half of a double click.
   * @param ready null while it is not known what would be sent
   * @param needsPrompt false for a model that does its one thing without words
   */
  async run(ready: Ready | null, needsPrompt = true): Promise<Job | null> {
    const prompt = ready?.prompt ?? this.#prompt.trim();
    const now = this.chance.now();
    const soon = (since: number) => now - since < DOUBLE_CLICK;
    // The prompt may have left the box by the second half of a double click; other words are another wish, however soon they come.
    if (!prompt && (needsPrompt || soon(this.#ranAt))) return this.#refuse(soon(this.#ranAt) ? null : EMPTY);
    if (!this.versionId) return this.#refuse(NO_PICTURE);
    if (!ready) return this.#refuse(STILL_READING);
    const wish = JSON.stringify(ready);
    const sentAt = this.#sent.get(wish);
    if (sentAt !== undefined) return this.#refuse(soon(sentAt) ? null : STILL_SENDING);
    this.message = null;
    this.#sent.set(wish, now);
    try {
      const job = await this.call("submit_edit", { ...ready, idempotency_key: this.chance.uuid() });
      this.#ranAt = this.chance.now();
      if (prompt) this.prompts.remember(prompt);
      if (this.#prompt.trim() === prompt) this.#set("");
      await this.draft.flush();
      return job;
    } finally {
      this.#sent.delete(wish);
      if (this.message === STILL_SENDING) this.message = null;
    }
  }

  #refuse(message: string | null): null {
    if (message) this.message = message;
    return null;
  }

  #set(text: string) {
    this.#prompt = text;
    if (text.trim()) this.message = null;
    this.note();
  }
}
