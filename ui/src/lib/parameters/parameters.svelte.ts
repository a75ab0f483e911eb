import { SvelteMap } from "svelte/reactivity";
import { asProblem, type Call } from "$lib/api/call";
import type { Field, JsonValue, ModelForm, Problem } from "$lib/api/generated";
import { same, type Typed, type Values } from "./values";

/**
 * The form of the model that the next edit runs on, and what was changed in it. Only what differs from fal's defaults is kept and sent.
 * Each model keeps its own values while the window is open; across starts core remembers what was run.
 */
export class Parameters {
  #form = $state.raw<ModelForm | null>(null);
  readonly form = $derived(this.#form);
  /** Why there is no form. */
  problem = $state.raw<Problem | null>(null);
  #byModel = new SvelteMap<string, Values>();
  /** Fields in which stands what is no value, with why: it is not sent. */
  #wrong = new SvelteMap<string, string>();
  #opening = 0;
  #model: string | null = null;

  readonly values: Values = $derived.by(() => (this.#form ? (this.#byModel.get(this.#form.model.id) ?? {}) : {}));
  readonly changed = $derived(Object.keys(this.values).length);
  /** Required fields that are empty, and fields with no value in them: the edit would be refused. */
  readonly lacking = $derived.by(() => (this.#form?.fields ?? []).filter((field) => this.#lacks(field)));

  constructor(private readonly call: Call) {}

  /** Reads a model's form; the last model asked for wins. Before it is here no form is shown rather than another model's. */
  async open(model: string | null) {
    if (model !== this.#model) this.#form = this.problem = null;
    this.#model = model;
    const opening = (this.#opening += 1);
    if (model === null) return;
    try {
      const form = await this.call("get_model", { id: model });
      if (opening !== this.#opening) return;
      if (!this.#byModel.has(model)) this.#byModel.set(model, form.values);
      this.#wrong.clear();
      [this.#form, this.problem] = [form, null];
    } catch (thrown) {
      if (opening === this.#opening) this.problem = asProblem(thrown);
    }
  }

  /** Reads the form again after the model's schema may have changed, or after it could not be read. */
  again = () => this.open(this.#model);

  /** The value in force, which may be fal's default; undefined where there is none. */
  of(field: Field): JsonValue | undefined {
    const own = this.values[field.name];
    return own === undefined ? (field.default ?? undefined) : own;
  }

  isChanged(name: string): boolean {
    return this.values[name] !== undefined;
  }

  wrong(name: string): string | null {
    return this.#wrong.get(name) ?? null;
  }

  /** Takes what was typed: a value, nothing, or something that is no value yet. */
  type(field: Field, typed: Typed) {
    if ("wrong" in typed) return void this.#wrong.set(field.name, typed.wrong);
    this.set(field, "value" in typed ? typed.value : undefined);
  }

  /** Undefined: fal's default holds again. */
  set(field: Field, value: JsonValue | undefined) {
    this.#wrong.delete(field.name);
    const others = Object.entries(this.values).filter(([name]) => name !== field.name);
    const isDefault = value === undefined || (!field.required && same(value, field.default));
    this.#put(Object.fromEntries(isDefault ? others : [...others, [field.name, value]]));
  }

  /** Puts pictures into a field: the newest where it takes one, else after those that are there. */
  addPictures(field: Field, ids: string[]) {
    const pictures = ids.map((id) => ({ version_id: id }));
    const [newest] = pictures.slice(-1);
    if (field.kind.kind === "image" && newest) this.set(field, newest);
    if (field.kind.kind !== "images" || !newest) return;
    const own = this.values[field.name];
    const all: JsonValue[] = [...(Array.isArray(own) ? own : []), ...pictures];
    this.set(field, all.slice(0, field.kind.max ?? undefined));
  }

  /** All of them at once, for a model whose schema nobody knows. */
  setAll(values: Values) {
    this.#put(values);
  }

  reset() {
    this.#wrong.clear();
    this.#put({});
  }

  #put(values: Values) {
    if (this.#form) this.#byModel.set(this.#form.model.id, values);
  }

  #lacks(field: Field): boolean {
    if (this.#wrong.has(field.name)) return true;
    return field.required && field.default === null && this.values[field.name] === undefined;
  }
}
