import { asProblem, type Call } from "$lib/api/call";
import type { Balance, LedgerLine, Spending as Spent } from "$lib/api/generated";

/** Drawn whole, so it is short. */
const PAGE = 20;
const PAUSE = 400;

/** What was spent, beside its caps; what is left at fal; the ledger as far as it was read. Core counts, here it is only shown. */
export class Spending {
  now = $state.raw<Spent | null>(null);
  balance = $state.raw<Balance | null>(null);
  asking = $state(false);
  lines = $state.raw<LedgerLine[]>([]);
  /** False until the first page was read. */
  ledgerKnown = $state(false);
  #next = $state.raw<string | null>(null);
  readonly more = $derived(this.#next !== null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  #reading = 0;
  #asked = 0;

  constructor(private readonly call: Call) {}

  async read() {
    this.now = await this.call("get_spending");
  }

  /** A job moved: money may have, too. Many announcements are one reading. */
  touch() {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      // What could not be read now is read with the next move; the card of the edit says what is wrong.
      void this.read().catch(() => undefined);
      if (this.ledgerKnown) void this.readLedger().catch(() => undefined);
    }, PAUSE);
  }

  /** Asks fal. It costs nothing, but it is a request: only where somebody looks. */
  async askBalance() {
    if (!this.asking) await this.#ask();
  }

  /** After the key was changed: what is still on its way is about the one before. */
  async askBalanceAnew() {
    this.balance = null;
    await this.#ask();
  }

  async #ask() {
    const asked = (this.#asked += 1);
    this.asking = true;
    const balance = await this.call("get_balance").catch((thrown) => ({ amount: null, problem: asProblem(thrown) }));
    if (asked !== this.#asked) return;
    [this.balance, this.asking] = [balance, false];
  }

  /** Reads the newest page afresh. */
  async readLedger() {
    const reading = (this.#reading += 1);
    const page = await this.call("list_ledger", { after: null, limit: PAGE });
    if (reading !== this.#reading) return;
    this.lines = page.lines;
    this.#next = page.next;
    this.ledgerKnown = true;
  }

  async readMore() {
    const reading = (this.#reading += 1);
    const page = await this.call("list_ledger", { after: this.#next, limit: PAGE });
    if (reading !== this.#reading) return;
    this.lines = [...this.lines, ...page.lines];
    this.#next = page.next;
  }
}
