import type { Field, FieldKind, JsonValue, Model, ModelForm } from "$lib/api/generated";
import { EVERYTHING, SEEDREAM } from "./catalogue";

const field = (name: string, title: string, kind: FieldKind, more: Partial<Field> = {}): Field => ({
  ...{ name, title, help: null, required: false, nullable: false, default: null, kind },
  ...more,
});
const whole = (min: number | null, max: number | null): FieldKind => ({ kind: "integer", min, max, step: null });
const choice = (...options: JsonValue[]): FieldKind => ({ kind: "choice", options });
const seed = field("seed", "Seed", whole(null, null), {
  nullable: true,
  help: "The same seed and the same prompt give the same picture.",
});
const LONG_HELP =
  "How far the model may go from the picture. Low values keep its lines and its light, high ones keep little more than its idea. " +
  "Some models look at it only while they make the picture larger.";

const seedream: Field[] = [
  field(
    "image_size",
    "Image size",
    {
      ...{ kind: "size", custom: true, min: 1024, max: 4096 },
      presets: ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9", "auto_2K"],
    },
    { default: { width: 2048, height: 2048 }, help: "Between 1024 and 4096 pixels a side." },
  ),
  field("num_images", "Number of images", whole(1, 6), { default: 1, help: "Each one is charged." }),
  field("max_images", "Max images", whole(1, 6), { default: 1 }),
  seed,
  field("enable_safety_checker", "Enable safety checker", { kind: "switch" }, { default: true }),
  field("enhance_prompt_mode", "Enhance prompt mode", choice("standard", "fast"), { default: "standard" }),
];

/** One of every kind, and the odd ones among them. */
const everything: Field[] = [
  field("style", "Style", choice("auto", "photo", "drawing", "print", "3d render"), { required: true }),
  field("output_format", "Output format", choice("png", "jpeg", "webp"), { default: "png" }),
  field("steps", "Inference steps", whole(1, 50), { default: 28 }),
  field("guidance", "Guidance", { kind: "number", min: 0, max: 20, step: 0.1 }, { default: 3.5, nullable: true }),
  field("strength", "Strength", { kind: "number", min: 0.01, max: null, step: null }, { default: 0.85 }),
  seed,
  field("paste_back", "Paste back", { kind: "switch" }, { default: true, help: "Puts the result into the picture." }),
  field("negative_prompt", "Negative prompt", { kind: "text", min_length: null, max_length: 80 }, { default: "" }),
  ...seedream.slice(0, 1),
  field("resolution", "Resolution", choice("auto", "1K", "2K", "4K high")),
  field("acceleration", "Acceleration", choice("low", "regular", "high"), { default: "regular", nullable: true }),
  field("creativity", "Creativity", { kind: "number", min: 0, max: 1, step: null }, { help: LONG_HELP }),
  field("mask_url", "Mask", { kind: "image" }, { required: true, help: "White is what changes." }),
  field("style_urls", "Style pictures", { kind: "images", min: null, max: 3 }, { nullable: true }),
  field("loras", "Loras", { kind: "json", schema: { type: "array" } }, { help: "A list of weights with their scale." }),
];

export function formOf(model: Model, values: { [name: string]: JsonValue }): ModelForm {
  const known =
    model.provider === "demo" || model.id === SEEDREAM || !/\/v\d+\//.test(model.id) || model.id.includes("fill");
  const fields: Record<string, Field[]> = { demo: [], [SEEDREAM]: seedream, [EVERYTHING]: everything };
  const others = [seed, field("output_format", "Output format", choice("png", "jpeg"), { default: "png" })];
  return {
    ...{ model, known, values, schema_at: null, problem: null },
    fields: known ? (fields[model.id] ?? others) : [],
    prompt: { taken: true, required: true, max_length: null },
    inputs: { min: 1, max: model.max_inputs },
  };
}
