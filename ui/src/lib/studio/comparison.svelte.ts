/**
 * Before and after: where the line between them is, and whether the original is held up.
 * `split` is a share of the visible picture, so that the line is always at hand, however far one has zoomed in.
 */
export class Comparison {
  on = $state(true);
  #split = $state(0.5);
  #holds = $state(0);
  readonly holdsOriginal = $derived(this.#holds > 0);

  get split() {
    return this.#split;
  }

  set split(share: number) {
    this.#split = Math.min(1, Math.max(0, share));
  }

  /** A new result: the line in the middle again. */
  reset() {
    this.on = true;
    this.#split = 0.5;
  }

  /** Shows the original until `release`; several holders (a key and a finger) may overlap. */
  hold() {
    this.#holds += 1;
  }

  release() {
    this.#holds = Math.max(0, this.#holds - 1);
  }

  /** Moves the line by a key. False when the key is none of its own. */
  key(key: string, large: boolean): boolean {
    const step = large ? 0.1 : 0.02;
    const moves: Record<string, number> = {
      ArrowLeft: this.split - step,
      ArrowDown: this.split - step,
      ArrowRight: this.split + step,
      ArrowUp: this.split + step,
      PageDown: this.split - 0.1,
      PageUp: this.split + 0.1,
      Home: 0,
      End: 1,
    };
    const to = moves[key];
    if (to === undefined) return false;
    this.split = to;
    return true;
  }
}
