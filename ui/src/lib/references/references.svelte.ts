import type { InputRule } from "$lib/api/generated";
import { added, moved } from "./order";

/**
 * The other pictures that the model sees, in order. They stay from edit to edit until they are taken away, and while a model is chosen
 * that takes only one picture they wait unseen.
 */
export class References {
  #list = $state.raw<string[]>([]);

  /** @param changed called after each change by the user */
  constructor(private readonly changed: () => void = () => {}) {}

  get list() {
    return this.#list;
  }

  /** Puts back what a crash or a quit left. */
  restore(ids: string[]) {
    this.#list = added([], ids);
  }

  /** Adds versions that are not among them yet. */
  add(ids: string[]) {
    this.#set(added(this.#list, ids));
  }

  remove(id: string) {
    this.#set(this.#list.filter((known) => known !== id));
  }

  /** Moves one to a place, counted from 0. */
  move(id: string, to: number) {
    this.#set(moved(this.#list, id, to));
  }

  #set(ids: string[]) {
    this.#list = ids;
    this.changed();
  }
}

/** How many references a model takes beside the edited picture; null: nobody said how many. */
export function room(inputs: InputRule | null | undefined): number | null {
  if (!inputs) return 0;
  return inputs.max === null ? null : Math.max(0, inputs.max - 1);
}
