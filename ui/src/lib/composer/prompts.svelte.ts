/**
 * Earlier prompts, walked like a shell's history. What is being typed is the newest entry: walking back up to it loses nothing.
 */
export class Prompts {
  #earlier: string[] = [];
  #at: number | null = null;
  #typed = "";

  /** Takes prompts, newest first, as older than all that is known. */
  seed(newestFirst: string[]) {
    for (const prompt of newestFirst) if (!this.#earlier.includes(prompt)) this.#earlier.unshift(prompt);
  }

  /** A prompt was run: it is the newest, and once only. */
  remember(prompt: string) {
    this.#earlier = [...this.#earlier.filter((known) => known !== prompt), prompt];
    this.leave();
  }

  /** The prompt before the one in `current`, or null when there is none. */
  older(current: string): string | null {
    const at = this.#at ?? this.#earlier.length;
    if (this.#at === null) this.#typed = current;
    if (at === 0) return null;
    this.#at = at - 1;
    return this.#earlier[this.#at] ?? null;
  }

  /** The prompt after, at the end what was being typed; null when not walking. */
  newer(): string | null {
    if (this.#at === null) return null;
    this.#at += 1;
    if (this.#at < this.#earlier.length) return this.#earlier[this.#at] ?? null;
    this.#at = null;
    return this.#typed;
  }

  /** Typing ends the walk. */
  leave() {
    this.#at = null;
  }
}
