import { SvelteMap } from "svelte/reactivity";
import { asProblem, type Call } from "$lib/api/call";
import type { Field, JsonValue, ModelForm, Problem } from "$lib/api/generated";
import { added } from "$lib/references/order";
import { asPicture, same, typedJson, versionsIn, withoutVersions, type Typed, type Values } from "./values";
import { named } from "./words";

/** What stands in a field's box, letter by letter, and why it is no value; null where it is one. */
type Draft = { text: string; wrong: string | null };

/** All parameters in one box, for a model whose form nobody knows. */
const ALL: Field = {
  ...{ name: "parameters", title: "The parameters' JSON", help: null, required: false, nullable: false, default: null },
  kind: { kind: "json", schema: {} },
};

/**
 * The form of the model that the next edit runs on, and what was changed in it. Only what differs from fal's defaults is kept and sent.
 * Each model keeps its own values, and what is half typed, while the window is open; across starts core remembers what was run.
 */
export class Parameters {
  #form = $state.raw<ModelForm | null>(null);
  readonly form = $derived(this.#form);
  /** Why there is no form. */
  problem = $state.raw<Problem | null>(null);
  #byModel = new SvelteMap<string, Values>();
  #drafts = new SvelteMap<string, { [name: string]: Draft }>();
  /** The form is put away under its heading. */
  folded = $state(false);
  #opening = 0;
  #model: string | null = null;

  /** What the model takes could not be told the last time. */
  readonly lacksForm = $derived(this.#form ? !this.#form.known : this.problem !== null);
  readonly values: Values = $derived.by(() => (this.#form ? (this.#byModel.get(this.#form.model.id) ?? {}) : {}));
  readonly changed = $derived(Object.keys(this.values).length);
  readonly #typed = $derived.by(() => (this.#form ? (this.#drafts.get(this.#form.model.id) ?? {}) : {}));
  /** There is something that a reset would take away. */
  readonly touched = $derived(this.changed > 0 || Object.values(this.#typed).some(({ wrong }) => wrong !== null));
  /** Fields with no value in them, then required ones that are empty: the edit would be refused. */
  readonly lacking = $derived.by(() => {
    const fields = this.#fields();
    return [
      ...fields.filter(({ name }) => this.wrong(name) !== null),
      ...fields.filter((field) => this.#misses(field)),
    ];
  });

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
      [this.#form, this.problem] = [{ ...form, fields: form.fields.map(named) }, null];
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
    return this.#typed[name]?.wrong ?? null;
  }

  /** What was typed into a field; null where nothing was since its value came from elsewhere. */
  text(name: string): string | null {
    return this.#typed[name]?.text ?? null;
  }

  /**
   * Takes what was typed: a value, nothing, or something that is no value yet. What is none takes the value before it away, so that
   * nothing is sent that is not seen: `9` must not stay in force under `99`.
   */
  type(field: Field, text: string, typed: Typed) {
    this.set(field, "value" in typed ? typed.value : undefined);
    this.#draft(field.name, { text, wrong: "wrong" in typed ? typed.wrong : null });
  }

  /** All parameters at once, as JSON: they must be an object. */
  typeAll(text: string) {
    const typed = typedJson(text);
    const value = "value" in typed ? typed.value : "unset" in typed ? {} : null;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#put(isObject ? (value as Values) : {});
    const wrong = "wrong" in typed ? typed.wrong : 'An object: { "name": value }.';
    this.#draft(ALL.name, { text, wrong: isObject ? null : wrong });
  }

  /** Undefined: fal's default holds again. */
  set(field: Field, value: JsonValue | undefined) {
    this.#draft(field.name, null);
    const others = Object.entries(this.values).filter(([name]) => name !== field.name);
    const isDefault = value === undefined || (!field.required && same(value, field.default));
    this.#put(Object.fromEntries(isDefault ? others : [...others, [field.name, value]]));
  }

  /** Puts pictures into a field: the newest where it takes one, else after those that are there. */
  addPictures(field: Field, ids: string[]) {
    const newest = ids.at(-1);
    if (newest === undefined) return;
    if (field.kind.kind === "image") this.set(field, asPicture(newest));
    if (field.kind.kind !== "images") return;
    const own = this.values[field.name];
    const before: JsonValue[] = Array.isArray(own) ? own : [];
    const known = versionsIn(own);
    const others = added(known, ids).slice(known.length);
    this.set(field, [...before, ...others.map(asPicture)].slice(0, field.kind.max ?? undefined));
  }

  /** Every picture that stands in a field, whichever model's. */
  get pictures(): string[] {
    return [...this.#byModel.values()].flatMap((values) => Object.values(values).flatMap(versionsIn));
  }

  /** Takes pictures that are gone out of all fields. */
  dropPictures(gone: string[]) {
    for (const [model, values] of this.#byModel) {
      const names = Object.keys(values).filter((name) => versionsIn(values[name]).some((id) => gone.includes(id)));
      const left = Object.entries(values).map(([name, value]) => {
        return [name, names.includes(name) ? withoutVersions(value, gone) : value] as const;
      });
      if (names.length > 0) this.#byModel.set(model, Object.fromEntries(left.filter(([, value]) => value !== null)));
    }
  }

  reset() {
    if (this.#form) this.#drafts.delete(this.#form.model.id);
    this.#put({});
  }

  #put(values: Values) {
    if (this.#form) this.#byModel.set(this.#form.model.id, values);
  }

  #draft(name: string, draft: Draft | null) {
    if (!this.#form) return;
    const others = Object.entries(this.#typed).filter(([known]) => known !== name);
    this.#drafts.set(this.#form.model.id, Object.fromEntries(draft ? [...others, [name, draft]] : others));
  }

  #fields(): Field[] {
    if (!this.#form) return [];
    return this.#form.known ? this.#form.fields : [ALL];
  }

  #misses({ name, required, default: otherwise }: Field): boolean {
    return this.wrong(name) === null && required && otherwise === null && this.values[name] === undefined;
  }
}
