import type { Call } from "$lib/api/call";
import type { AskQuote, Quote } from "$lib/api/generated";

const PAUSE = 150;

/**
 * What the edit in the composer would cost. Asked a moment after the last change; the newest question wins, whichever answer comes last.
 * The answer before stays until the next one is here, so that the button does not flicker; but an answer about another wish promises
 * nothing: neither that this one is free nor that there is a result already. Another model's or picture's price is not kept.
 */
export class Quotes {
  #answer = $state.raw<{ wish: AskQuote; quote: Quote } | null>(null);
  #asked = $state.raw<AskQuote | null>(null);
  /** The amount is that of the wish before. */
  readonly old = $derived(this.#answer !== null && !same(this.#answer.wish, this.#asked));
  readonly now: Quote | null = $derived.by(() => {
    if (!this.#answer || !this.old) return this.#answer?.quote ?? null;
    const { wish, quote } = this.#answer;
    const isNear = wish.model === this.#asked?.model && wish.version_id === this.#asked.version_id;
    if (!isNear || quote.basis === "free" || quote.cached_version_id) return null;
    return { ...quote, similar_version_id: null };
  });
  #timer: ReturnType<typeof setTimeout> | null = null;
  #question = 0;

  constructor(private readonly call: Call) {}

  ask(wish: AskQuote | null) {
    if (this.#timer) clearTimeout(this.#timer);
    this.#question += 1;
    this.#asked = wish;
    this.#timer = wish ? setTimeout(() => void this.fresh(), PAUSE) : null;
  }

  /** Asks at once: what was true a moment ago (a cap, a price) need not be true any more. Null where nobody can tell. */
  async fresh(): Promise<Quote | null> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const wish = this.#asked;
    if (!wish) return null;
    const question = (this.#question += 1);
    // A price that cannot be had is said on the button ("price unknown"); it is no reason for a card.
    const unknown: Quote = {
      ...{ amount: null, basis: "unknown", said: "The price could not be asked for.", problem: null, shrinks: false },
      ...{ cached_version_id: null, similar_version_id: null },
    };
    const quote = await this.call("get_quote", wish).catch(() => unknown);
    if (question === this.#question) this.#answer = { wish, quote };
    return quote;
  }
}

const same = (one: AskQuote, other: AskQuote | null) => JSON.stringify(one) === JSON.stringify(other);
