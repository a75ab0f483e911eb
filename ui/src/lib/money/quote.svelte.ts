import type { Call } from "$lib/api/call";
import type { AskQuote, Quote } from "$lib/api/generated";

const PAUSE = 150;

/**
 * What the edit in the composer would cost. Asked a moment after the last change; the newest question wins, whichever answer comes last.
 * The answer before stays until the next one is here, so that the button does not flicker; another model's price is not kept.
 */
export class Quotes {
  #quote = $state.raw<Quote | null>(null);
  readonly now = $derived(this.#quote);
  #asked: AskQuote | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #question = 0;

  constructor(private readonly call: Call) {}

  ask(wish: AskQuote | null) {
    if (this.#timer) clearTimeout(this.#timer);
    this.#question += 1;
    if (wish?.model !== this.#asked?.model) this.#quote = null;
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
    if (question === this.#question) this.#quote = quote;
    return quote;
  }
}
