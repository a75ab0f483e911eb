import type { Call } from "$lib/api/call";
import type { Draft } from "$lib/api/generated";

const PAUSE = 300;

/**
 * Keeps what stands in the composer on disk, so that an unsent prompt survives a crash: a moment after the last key, at once on `flush`.
 * A failed write is tried again with the next key; a toast about it would not help anybody.
 */
export class DraftKeeper {
  #timer: ReturnType<typeof setTimeout> | null = null;
  #pending: Draft | null = null;
  #saved = "";

  constructor(private readonly call: Call) {}

  async read(): Promise<Draft> {
    const draft = await this.call("get_draft");
    this.#saved = JSON.stringify(draft);
    return draft;
  }

  note(draft: Draft) {
    this.#pending = draft;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE);
  }

  async flush() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const draft = this.#pending;
    this.#pending = null;
    if (!draft || JSON.stringify(draft) === this.#saved) return;
    try {
      await this.call("set_draft", draft);
      this.#saved = JSON.stringify(draft);
    } catch {
      this.#saved = "";
    }
  }
}
