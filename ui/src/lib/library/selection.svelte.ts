import { SvelteSet } from "svelte/reactivity";

/** Which items are selected, and which one the keyboard is at. Works on ids in the order they are drawn; knows nothing of items. */
export class Selection {
  #ids = new SvelteSet<string>();
  /** The item the keyboard is at. */
  current = $state<string | null>(null);
  #anchor: string | null = null;
  readonly count = $derived(this.#ids.size);

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  get ids(): string[] {
    return [...this.#ids];
  }

  /** What a deletion or the like acts on: the selection, else the current item. */
  get target(): string[] {
    if (this.#ids.size > 0) return this.ids;
    return this.current === null ? [] : [this.current];
  }

  moveTo(id: string) {
    this.current = id;
    this.#anchor = id;
  }

  toggle(id: string) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.moveTo(id);
  }

  /** Selects everything between the last one touched and this one. */
  extendTo(id: string, order: string[]) {
    const from = order.indexOf(this.#anchor ?? this.current ?? id);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) return;
    this.#ids.clear();
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) this.#ids.add(between);
    this.#anchor = order[from] ?? id;
    this.current = id;
  }

  all(order: string[]) {
    for (const id of order) this.#ids.add(id);
  }

  clear() {
    this.#ids.clear();
  }

  /** Forgets ids that are gone. The keyboard goes on at the next one that is left in `order`, as it was drawn, else at the last before. */
  drop(ids: string[], order: string[]) {
    for (const id of ids) this.#ids.delete(id);
    if (this.current === null || !ids.includes(this.current)) return;
    const gone = new Set(ids);
    const left = (id: string) => !gone.has(id);
    const at = order.indexOf(this.current);
    this.current = order.slice(at + 1).find(left) ?? order.slice(0, Math.max(at, 0)).findLast(left) ?? null;
    this.#anchor = this.current;
  }
}
