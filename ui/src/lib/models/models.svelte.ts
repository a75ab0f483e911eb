import { SvelteMap } from "svelte/reactivity";
import type { Call } from "$lib/api/call";
import type { Model } from "$lib/api/generated";

/** The name the demo engine carries wherever it shows: nobody shall take it for an AI model. Where it is chosen, it says where it runs. */
export const DEMO = "Demo engine";
export const DEMO_IN_FULL = `${DEMO} · on this computer`;
/** What it is good for. */
export const DEMO_HINT = "Simple colour and shape edits, no AI model. Free, no account.";

/** The models, and the one the next edit runs on: chosen here, else the setting's, else the first that is ready. */
export class Models {
  /** The demo engine, the built-in ones, favourites and those used lately. */
  all = $state.raw<Model[]>([]);
  /** What was met elsewhere: found in fal's whole list, or typed by its id. */
  #met = new SvelteMap<string, Model>();
  #chosen = $state<string | null>(null);
  #preferred = $state<string | null>(null);
  readonly current = $derived.by(() => {
    const ready = (id: string | null) => {
      const model = id === null ? undefined : this.get(id);
      return model?.ready ? model : undefined;
    };
    return ready(this.#chosen) ?? ready(this.#preferred) ?? this.all.find((model) => model.ready) ?? null;
  });

  constructor(private readonly call: Call) {}

  async read(preferred: string) {
    this.#preferred = preferred;
    this.all = await this.call("list_models");
    // One that is neither built in nor marked nor used: fal's whole list knows it, and whether it is ready now.
    const elsewhere = [preferred, this.#chosen].filter(
      (id) => id !== null && !this.all.some((model) => model.id === id),
    );
    for (const id of elsewhere) this.meet((await this.call("search_models", { words: id ?? "" })).models);
  }

  get(id: string): Model | undefined {
    return this.all.find((known) => known.id === id) ?? this.#met.get(id);
  }

  /** Remembers models for their names, so that a job shows more than an address. */
  meet(models: Model[]) {
    for (const model of models) this.#met.set(model.id, model);
  }

  choose(id: string) {
    this.#chosen = id;
  }

  /** Marks a model, or takes the mark away. */
  async setFavourite(id: string, favourite: boolean) {
    this.meet([await this.call("set_favourite", { id, favourite })]);
    this.all = await this.call("list_models");
  }

  /** A model's name for people; an endpoint that is no longer offered is shown as it is. */
  name(id: string): string {
    const model = this.get(id);
    return isDemo(id) || (model && isDemo(model.provider)) ? DEMO : (model?.name ?? id);
  }
}

export const isDemo = (idOrProvider: string) => idOrProvider === "demo";
