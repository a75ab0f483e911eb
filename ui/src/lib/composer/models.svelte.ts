import type { Call } from "$lib/api/call";
import type { Model } from "$lib/api/generated";

/** The name the demo engine carries wherever it shows: nobody shall take it for an AI model. Where it is chosen, it says where it runs. */
export const DEMO = "Demo engine";
export const DEMO_IN_FULL = `${DEMO} · on this computer`;

/** The models, and the one the next edit runs on: chosen here, else the setting's, else the first that is ready. */
export class Models {
  all = $state.raw<Model[]>([]);
  #chosen = $state<string | null>(null);
  #preferred = $state<string | null>(null);
  readonly current = $derived.by(() => {
    const ready = (id: string | null) => this.all.find((model) => model.id === id && model.ready);
    return ready(this.#chosen) ?? ready(this.#preferred) ?? this.all.find((model) => model.ready) ?? null;
  });

  constructor(private readonly call: Call) {}

  async read(preferred: string) {
    this.#preferred = preferred;
    this.all = await this.call("list_models");
  }

  choose(id: string) {
    this.#chosen = id;
  }

  /** A model's name for people; an endpoint that is no longer offered is shown as it is. */
  name(id: string): string {
    const model = this.all.find((known) => known.id === id);
    return isDemo(id) || (model && isDemo(model.provider)) ? DEMO : (model?.name ?? id);
  }
}

export const isDemo = (idOrProvider: string) => idOrProvider === "demo";
