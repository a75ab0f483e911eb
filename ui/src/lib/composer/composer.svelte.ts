import type { Call } from "$lib/api/call";
import type { Job } from "$lib/api/generated";
import type { DraftKeeper } from "./draft";
import type { Prompts } from "./prompts.svelte";

/** A click that follows another this soon is the same click. */
const DOUBLE_CLICK = 1000;

/** Where time and chance come from, so that a test can hold them. */
export type Chance = { now: () => number; uuid: () => string };

/**
 * The wish being written. One click is one job: while a request is on its way, and a moment after, another click does nothing.
 * Once a job is accepted the prompt leaves the box, so that it is not run twice by accident; Alt+Up brings it back.
 */
export class Composer {
  #prompt = $state("");
  message = $state<string | null>(null);
  /** The version an edit would continue from. */
  versionId = $state<string | null>(null);
  #ranAt = -Infinity;
  #sending = $state(false);
  readonly sending = $derived(this.#sending);

  constructor(
    private readonly call: Call,
    private readonly draft: DraftKeeper,
    readonly prompts: Prompts,
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
    this.#note();
  }

  older() {
    const prompt = this.prompts.older(this.#prompt);
    if (prompt !== null) this.#set(prompt);
  }

  newer() {
    const prompt = this.prompts.newer();
    if (prompt !== null) this.#set(prompt);
  }

  flush = () => this.draft.flush();

  /** Runs the wish. Null when there was nothing to run, which `message` then says, or when this is the second half of a double click. */
  async run(model: string): Promise<Job | null> {
    const prompt = this.#prompt.trim();
    // The prompt has left the box by the second half of a double click; other words are another wish, however soon they come.
    const again = !prompt && this.chance.now() - this.#ranAt < DOUBLE_CLICK;
    if (this.#sending || again) return null;
    if (!prompt) this.message = "Say what should change first.";
    if (!prompt || !this.versionId) return null;
    this.#sending = true;
    try {
      const request = { version_id: this.versionId, prompt, model, idempotency_key: this.chance.uuid() };
      const job = await this.call("submit_edit", request);
      this.#ranAt = this.chance.now();
      this.prompts.remember(prompt);
      if (this.#prompt.trim() === prompt) this.#set("");
      await this.draft.flush();
      return job;
    } finally {
      this.#sending = false;
    }
  }

  #set(text: string) {
    this.#prompt = text;
    if (text.trim()) this.message = null;
    this.#note();
  }

  #note() {
    this.draft.note({ prompt: this.#prompt, version_id: this.versionId });
  }
}
