import type { Job, Quote } from "$lib/api/generated";

/** An amount as people write it: `$12.50`, `$0.06`, `$0.039`. Small prices keep the digits that make them what they are. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.00005) return "under $0.0001";
  if (amount >= 0.995 || amount === 0) {
    const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return `$${amount.toLocaleString("en-US", digits)}`;
  }
  const text = amount.toFixed(amount < 0.001 ? 4 : 3);
  return `$${text.replace(/(\.\d\d)0+$/, "$1")}`;
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

/** Money beside its cap: `$0.42 of $5.00 today`. */
export function besideCap(amount: number, cap: number | null, when: string): string {
  return cap === null ? `${dollars(amount)} ${when}` : `${dollars(amount)} of ${dollars(cap)} ${when}`;
}
