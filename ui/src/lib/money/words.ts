import type { Job, Quote } from "$lib/api/generated";

const CENT = 0.01;

/** An amount as people write it: `$12.50`, `$0.06`. Below a cent the first two digits that matter: `$0.0075`. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < CENT / 100) return "under $0.0001";
  const short = amount > 0 && amount < CENT ? Number(amount.toPrecision(2)) : amount;
  const most = short > 0 && short < CENT ? 6 : 2;
  return `$${short.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: most })}`;
}

/** The Run button: what it does, and what that costs. `demo` is known before any quote. */
export function runWords(quote: Quote | null, demo: boolean): string {
  if (demo) return "Run · demo";
  if (!quote) return "Run";
  if (quote.cached_version_id) return "Run · free (from cache)";
  if (quote.basis === "free") return "Run · free";
  return quote.amount === null ? "Run · price unknown" : `Run · about ${dollars(quote.amount)}`;
}

/** What an edit would cost, to be read out when it changes. */
export const priceWords = (quote: Quote | null) => (quote ? runWords(quote, false).replace("Run · ", "") : "");

/** What an edit cost, for its facts; null where nothing is to be said (the demo engine, an edit from before). */
export function costWords({ cost, cached_from_id, provider }: Job): string | null {
  if (cached_from_id !== null) return "from cache, $0.00";
  if (provider === "demo" || !cost) return null;
  if (cost.charged === "no") return "$0.00 (not charged)";
  const doubt = cost.charged === "maybe" ? ", if fal ran it" : "";
  if (cost.amount === null) return `not known${doubt}`;
  return cost.billed ? `${dollars(cost.amount)} (billed)` : `about ${dollars(cost.amount)}${doubt}`;
}

/** What an edit cost, in a row: `$0.03`, `about $0.03`; empty where nothing was charged or nobody knows how much. */
export function paidWords({ cost, cached_from_id }: Job): string {
  if (cached_from_id !== null) return "from cache";
  if (!cost || cost.amount === null || cost.charged === "no") return "";
  return cost.billed ? dollars(cost.amount) : `about ${dollars(cost.amount)}`;
}

/** Money beside its cap: `$0.42 of $5.00 today`. */
export function besideCap(amount: number, cap: number | null, when: string): string {
  return cap === null ? `${dollars(amount)} ${when}` : `${dollars(amount)} of ${dollars(cap)} ${when}`;
}

/**
 * The amount that was typed, null where it is none or could be another: `1,000` is a thousand, `0,50` and `1.000` mean one thing
 * here and another there.
 */
export function typedDollars(text: string): number | null {
  const typed = text.trim().replace(/^\$ ?/, "");
  const isClear = /^(\d+|[1-9]\d{0,2}(,\d{3})+)?(\.\d{1,2})?$/.test(typed);
  const amount = isClear && typed !== "" ? Number(typed.replaceAll(",", "")) : 0;
  return amount > 0 ? amount : null;
}
