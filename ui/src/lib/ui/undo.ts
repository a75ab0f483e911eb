/** What can be taken back, newest last. Taking a step back runs it once; a step that was taken back elsewhere is removed by `forget`. */
export class Undo {
  #steps: (() => void)[] = [];

  push(step: () => void): () => void {
    const once = () => {
      if (this.#forget(once)) step();
    };
    this.#steps.push(once);
    return once;
  }

  /** Takes the last step back. False when there is none. */
  back(): boolean {
    const last = this.#steps.at(-1);
    last?.();
    return last !== undefined;
  }

  #forget(step: () => void): boolean {
    const at = this.#steps.indexOf(step);
    if (at >= 0) this.#steps.splice(at, 1);
    return at >= 0;
  }
}
