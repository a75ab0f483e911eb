import { asProblem, type Call } from "$lib/api/call";
import type { Balance, LedgerLine, LedgerPage, Spending as Spent } from "$lib/api/generated";

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
  #page: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(private readonly call: Call) {}

  /** Of two readings the later one counts, whichever answer comes last. */
  async read() {
    const reading = (this.#reading += 1);
    const spent = await this.call("get_spending");
    if (reading === this.#reading) this.now = spent;
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

  /** Reads the ledger afresh, as far as it is shown: what was loaded does not go because a job moved. */
  readLedger() {
    return this.#inTurn(async () => {
      const shown = this.lines.length;
      let lines: LedgerLine[] = [];
      let next: string | null = null;
      do {
        const page: LedgerPage = await this.call("list_ledger", { after: next, limit: PAGE });
        [lines, next] = [[...lines, ...page.lines], page.next];
      } while (next !== null && lines.length < shown);
      [this.lines, this.#next, this.ledgerKnown] = [lines, next, true];
    });
  }

  readMore() {
    return this.#inTurn(async () => {
      if (this.#next === null) return;
      const page = await this.call("list_ledger", { after: this.#next, limit: PAGE });
      this.lines = [...this.lines, ...page.lines];
      this.#next = page.next;
    });
  }

  /** A page begins where the one before ended: nothing is read beside it. */
  #inTurn(read: () => Promise<void>): Promise<void> {
    const turn = this.#page.catch(() => undefined).then(read);
    this.#page = turn;
    return turn;
  }
}
