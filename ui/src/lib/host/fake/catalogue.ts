import type { Model } from "$lib/api/generated";

export const SEEDREAM = "fal-ai/bytedance/seedream/v4/edit";
export const EVERYTHING = "overpaint/every-field";

type Known = [id: string, name: string, hint: string, inputs: number | null, mask: boolean | null];

/** Endpoints that exist, as fal's list names them, with what is known of each. */
const known: Known[] = [
  [SEEDREAM, "Seedream 4", "ByteDance's edit model: precise, keeps the rest of the picture.", 10, false],
  ["fal-ai/bytedance/seedream/v4.5/edit", "Seedream 4.5", "Newer, sharper text and faces.", 10, false],
  ["fal-ai/nano-banana-2/edit", "Nano Banana 2", "Google's edit model: follows long instructions.", 14, false],
  ["fal-ai/flux-2-pro/edit", "FLUX.2 pro", "Photographic, several references.", 9, false],
  ["fal-ai/flux-pro/kontext", "FLUX.1 Kontext", "One picture, one instruction, quick.", 1, false],
  ["fal-ai/qwen-image-edit-2511", "Qwen Image Edit", "Open model, good with words in pictures.", 3, false],
  ["fal-ai/gpt-image-2/edit", "GPT Image 2", "OpenAI's edit model: careful and slow.", 16, true],
  ["fal-ai/flux-pro/v1/fill", "FLUX.1 Fill", "Fills what a mask marks.", 1, true],
];

const families = [
  "flux",
  "qwen-image",
  "ideogram",
  "recraft",
  "hidream",
  "bria",
  "omnigen",
  "z-image",
  "kolors",
  "lumina",
];
const variants = ["edit", "fill", "inpaint", "upscale", "remix", "reframe", "background", "relight", "lora", "turbo"];

/** A list as long as fal's: what exists, then names of the same make. */
function many(count: number): Model[] {
  const listed = known.map(([id, name, hint, inputs, mask]) => aModel(id, name, hint, inputs, mask));
  listed.push(aModel(EVERYTHING, "Every field", "A form with every kind of parameter.", 4, true));
  for (let n = listed.length; n < count; n += 1) {
    const family = families[n % families.length] ?? "";
    const variant = variants[Math.floor(n / families.length) % variants.length] ?? "";
    const version = Math.floor(n / (families.length * variants.length)) + 1;
    const id = `fal-ai/${family}/v${version}/${variant}`;
    listed.push(aModel(id, `${family} ${version} ${variant}`, "", null, /fill|inpaint/.test(variant) ? true : null));
  }
  return listed;
}

function aModel(id: string, name: string, hint: string, inputs: number | null, mask: boolean | null): Model {
  const common = { provider: "fal", ready: true, category: "image-to-image", favourite: false, used_at: null };
  const price = inputs === null ? null : { amount: 0.03, unit: "images" };
  const takes_references = inputs === null ? null : inputs > 1;
  return { ...common, id, name, hint, max_inputs: inputs, takes_references, takes_mask: mask, price };
}

const demo: Model = {
  ...aModel("demo", "Demo engine", "Simple colour and shape edits, no AI model.", 1, false),
  ...{ provider: "demo", category: null, price: null },
};

/** fal's list as a fake core keeps it: found by words, marked, used. */
export class Catalogue {
  readonly listed = many(1_213);
  listedAt: string | null;
  refreshing = false;
  readonly favourites = new Set<string>();
  readonly used = new Map<string, string>();

  constructor(
    private readonly hasKey: () => boolean,
    now: () => number,
  ) {
    this.listedAt = new Date(now() - 3 * 3_600_000).toISOString();
  }

  /** The demo engine, the built-in ones, favourites and those used lately. */
  short(): Model[] {
    const more = this.listed.slice(known.length).filter(({ id }) => this.favourites.has(id) || this.used.has(id));
    return [demo, ...this.listed.slice(0, known.length), ...more].map((model) => this.#now(model));
  }

  get(id: string): Model {
    const model = id === demo.id ? demo : this.listed.find((one) => one.id === id);
    return this.#now(model ?? aModel(id, id, "", null, null));
  }

  find(words: string): { models: Model[]; more: number } {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ id, name, hint }: Model) =>
      wanted.every((word) => `${id} ${name} ${hint}`.toLowerCase().includes(word));
    const found = this.listed.filter(fits).map((model) => this.#now(model));
    const typed = /^[\w.-]+(\/[\w.-]+)+$/.test(words.trim()) && !this.listed.some(({ id }) => id === words.trim());
    const all = typed ? [this.get(words.trim()), ...found] : found;
    return { models: all.slice(0, 50), more: Math.max(0, all.length - 50) };
  }

  #now(model: Model): Model {
    const ready = model.provider === "demo" || this.hasKey();
    return { ...model, ready, favourite: this.favourites.has(model.id), used_at: this.used.get(model.id) ?? null };
  }
}
