import { asProblem, type Call } from "$lib/api/call";
import type { FoundModels, Model, Problem } from "$lib/api/generated";
import { isDemo, type Models } from "./models.svelte";

const PAUSE = 120;
const RECENT = 5;
/** As many as core tells at once. */
const FOUND_MAX = 50;

/** A heading and the models below it. */
export type Group = { name: string; models: Model[] };

/** Looks for a model: the short lists while nothing is typed, fal's whole list for words. */
export class Finder {
  #words = $state("");
  found = $state.raw<FoundModels | null>(null);
  /** The words that `found` is about. */
  #foundFor = $state<string | null>(null);
  /** What is shown was found for the words as they stand. */
  readonly answered = $derived(this.#foundFor === this.#words.trim());
  #refreshing = $state(false);
  /** fal's list is being read, by this window or at all. */
  readonly refreshing = $derived(this.#refreshing || (this.found?.refreshing ?? false));
  /** Why the last look or refresh failed here; what core says of its list is in `found`. */
  problem = $state.raw<Problem | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #question = 0;
  readonly groups: Group[] = $derived.by(() => (this.#words.trim() ? this.#matches() : this.#shelves()));

  /** The last line of what is shown, where it is not all there is; how much more is known while nothing is typed. */
  readonly more = $derived.by(() => {
    const { models = [], listed = 0 } = this.found ?? {};
    if (models.length < FOUND_MAX) return "";
    const { more = 0 } = this.found ?? {};
    if (this.#words.trim()) return more > 0 ? `${more.toLocaleString("en-GB")} more: type on` : "";
    const shown = this.groups.flatMap((group) => group.models).filter(({ provider }) => !isDemo(provider));
    const rest = listed - shown.length;
    return rest > 0 ? `${rest.toLocaleString("en-GB")} more: type to search` : "More: type to search";
  });

  constructor(
    private readonly call: Call,
    private readonly models: Models,
  ) {}

  get words() {
    return this.#words;
  }

  set words(words: string) {
    this.#words = words;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), PAUSE);
  }

  /** Opens on everything, without what was typed the last time. */
  async begin() {
    this.#words = "";
    await this.look();
  }

  /** Asks now. The newest words win, whichever answer comes last. */
  async look() {
    if (this.#timer) clearTimeout(this.#timer);
    const question = (this.#question += 1);
    const words = this.#words.trim();
    try {
      const found = await this.call("search_models", { words });
      if (question !== this.#question) return;
      [this.found, this.#foundFor, this.problem] = [found, words, null];
      this.models.meet(found.models);
    } catch (thrown) {
      if (question === this.#question) this.problem = asProblem(thrown);
    }
  }

  /** Has core read fal's list again, which may take minutes: what is looked for meanwhile is found in the old one. */
  async refresh() {
    if (this.refreshing) return;
    this.#refreshing = true;
    try {
      const { models, more, ...list } = await this.call("refresh_models");
      this.found = { ...list, models: this.found?.models ?? models, more: this.found?.more ?? more };
      this.problem = null;
    } catch (thrown) {
      this.problem = asProblem(thrown);
    } finally {
      this.#refreshing = false;
    }
  }

  /** Each model stands once, on the first shelf it belongs to. */
  #shelves(): Group[] {
    const placed = new Set<string>();
    const shelf = (name: string, models: Model[]): Group => {
      const fresh = models.filter(({ id }) => {
        const isNew = !placed.has(id);
        placed.add(id);
        return isNew;
      });
      return { name, models: fresh };
    };
    const { all } = this.models;
    const recent = all.filter((model) => model.used_at !== null).sort((a, b) => newest(a, b));
    const known = this.found?.listed_at === null;
    return [
      shelf(
        "Favourites",
        all.filter((model) => model.favourite && !isDemo(model.provider)),
      ),
      shelf("Recently used", recent.slice(0, RECENT)),
      shelf(
        "On this computer",
        all.filter(({ provider }) => isDemo(provider)),
      ),
      shelf(known ? "Built in" : "Models", [...all, ...(this.found?.models ?? [])]),
    ].filter(({ models }) => models.length > 0);
  }

  #matches(): Group[] {
    const words = this.#words.trim();
    const models = (this.found?.models ?? [])
      .filter(({ provider }) => !isDemo(provider))
      .map((model) => this.models.all.find(({ id }) => id === model.id) ?? model);
    const demo = this.models.all.filter(({ provider, name }) => isDemo(provider) && has(name, words));
    const all = [...demo, ...models];
    return all.length > 0 ? [{ name: "Found", models: all }] : [];
  }
}

/** True for an endpoint id that nobody lists: it has no name but itself. */
export const isUnlisted = (model: Model) => model.id === model.name && !isDemo(model.provider);

/** What a model can take, in a few words; empty where nobody knows. */
export function abilities({ takes_mask, takes_references, max_inputs, provider }: Model): string[] {
  if (isDemo(provider)) return [];
  const pictures = !takes_references ? "" : max_inputs === null ? "several pictures" : `up to ${max_inputs} pictures`;
  return [takes_mask ? "takes a mask" : "", pictures].filter(Boolean);
}

const UNITS: Record<string, string> = {
  image: "a picture",
  generation: "a picture",
  megapixel: "a megapixel",
  "processed megapixel": "a megapixel in and out",
};

/** What a model asks for, "$0.03 a picture"; empty where that is not known. */
export function rate({ price, provider }: Model): string {
  if (isDemo(provider)) return "free";
  const unit = price && UNITS[price.unit.trim().toLowerCase().replace(/s$/, "")];
  return price && unit ? `${rateInDollars(price.amount)} ${unit}` : "";
}

/** Not rounded to cents: rates differ in the third digit. */
const rateInDollars = (amount: number) =>
  amount.toLocaleString("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 4 });

const newest = (one: Model, other: Model) => (other.used_at ?? "").localeCompare(one.used_at ?? "");
const has = (name: string, words: string) => name.toLowerCase().includes(words.toLowerCase());
