import { SvelteMap } from "svelte/reactivity";
import type { Call } from "$lib/api/call";
import { beginning } from "$lib/format/words";
import type { Version } from "$lib/api/generated";

/** What the pictures beside an edit are called. Each is asked for once, when its name is first wanted. */
export class PictureNames {
  #known = new SvelteMap<string, string>();
  readonly #asked = new Set<string>();

  constructor(private readonly call: Call) {}

  of(id: string): string | null {
    if (!this.#asked.has(id)) void this.#ask(id);
    return this.#known.get(id) ?? null;
  }

  async #ask(id: string) {
    this.#asked.add(id);
    try {
      this.#known.set(id, nameOf(await this.call("get_version", { id })));
    } catch {
      // Gone meanwhile, or the core cannot tell now: without a name a picture has its number still.
      this.#asked.delete(id);
    }
  }
}

/** Its file; of a result also the words that made it, which tell it from its brothers. */
export const nameOf = ({ name, prompt }: Pick<Version, "name" | "prompt">) =>
  prompt?.trim() ? `${name}, ${beginning(prompt, 40)}` : name;
