import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "$lib/api/call";
import type { LedgerLine, AskQuote, Job, Quote } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { aJob } from "$lib/host/fake/samples";
import * as scenes from "$lib/host/fake/scenes";
import { Quotes } from "./quote.svelte";
import { Spending } from "./spending.svelte";
import { besideCap, costWords, dollars, paidWords, runWords, typedDollars } from "./words";

const quote = (more: Partial<Quote> = {}): Quote => ({
  ...{ amount: 0.06, basis: "per_image", said: "2 images at $0.03 each", problem: null, shrinks: false },
  ...{ cached_version_id: null, similar_version_id: null },
  ...more,
});

describe("words", () => {
  test("amounts have two decimals from a cent up, and below it the digits that matter", () => {
    expect([0, 0.03, 0.039, 0.187, 0.4, 0.999, 1, 1234.5].map(dollars)).toEqual([
      ...["$0.00", "$0.03", "$0.04", "$0.19", "$0.40", "$1.00", "$1.00", "$1,234.50"],
    ]);
    expect([0.00999, 0.0075, 0.00312, 0.0004, 0.00012, 0.00001].map(dollars)).toEqual([
      ...["$0.01", "$0.0075", "$0.0031", "$0.0004", "$0.00012", "under $0.0001"],
    ]);
  });
  test.each([
    [quote(), false, "Run · about $0.06"],
    [quote(), true, "Run · demo"],
    [quote({ cached_version_id: "v2" }), false, "Run · free (from cache)"],
    [quote({ amount: null, basis: "unknown" }), false, "Run · price unknown"],
    [quote({ amount: 0, basis: "free" }), false, "Run · free"],
    [null, false, "Run"],
  ])("the Run button says what it costs", (known, demo, words) => {
    expect(runWords(known, demo)).toBe(words);
  });
  test.each<[Partial<Job>, string | null]>([
    [{ cost: { amount: 0.03, billed: true, charged: "yes" } }, "$0.03 (billed)"],
    [{ cost: { amount: 0.03, billed: false, charged: "yes" } }, "about $0.03"],
    [{ cost: { amount: 0.03, billed: false, charged: "maybe" } }, "about $0.03, if fal ran it"],
    [{ cost: { amount: null, billed: false, charged: "yes" } }, "not known"],
    [{ cost: { amount: 0.03, billed: false, charged: "no" } }, "$0.00 (not charged)"],
    [{ cost: null, cached_from_id: "j0" }, "from cache, $0.00"],
    [{ cost: null }, null],
    [{ provider: "demo" }, null],
  ])("what an edit cost is said with how it is known", (more, words) => {
    expect(costWords(aJob({ provider: "fal", ...more }))).toBe(words);
  });
  test("in a row stands the amount alone, where it is known and was paid", () => {
    const paid = (more: Partial<Job>) => paidWords(aJob({ provider: "fal", ...more }));
    expect(paid({ cost: { amount: 0.03, billed: true, charged: "yes" } })).toBe("$0.03");
    expect(paid({ cost: { amount: 0.03, billed: false, charged: "yes" } })).toBe("about $0.03");
    expect(paid({ cost: { amount: 0.03, billed: false, charged: "no" } })).toBe("");
    expect(paid({ cost: { amount: null, billed: false, charged: "yes" } })).toBe("");
    expect(paid({ cost: null, cached_from_id: "j0" })).toBe("from cache");
    expect(paid({ cost: null })).toBe("");
  });
  test("a sum stands beside its cap where there is one", () => {
    expect([besideCap(0.42, 5, "today"), besideCap(0.42, null, "today")]).toEqual([
      "$0.42 of $5.00 today",
      "$0.42 today",
    ]);
  });
});

describe("the quote", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const wish = (prompt: string, model = "m"): AskQuote => ({
    ...{ version_id: "v1", references: [], prompt, model, parameters: {}, shrink: false },
  });

  test("is asked once, a moment after the last change", async () => {
    const fake = new FakeHost();
    const quotes = new Quotes(fake.call);
    for (const prompt of ["w", "wa", "war"]) {
      quotes.ask(wish(prompt));
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(fake.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(60);
    expect(fake.calls).toMatchObject([{ operation: "get_quote", request: { prompt: "war" } }]);
  });
  test("the newest question wins, and the answer before stays until the next is here", async () => {
    const fake = new FakeHost();
    const answers: ((quote: Quote) => void)[] = [];
    fake.answers.get_quote = () => new Promise<Quote>((resolve) => answers.push(resolve));
    const quotes = new Quotes(fake.call);
    for (const prompt of ["first", "second"]) {
      quotes.ask(wish(prompt));
      await vi.advanceTimersByTimeAsync(200);
    }
    answers[1]?.(quote({ amount: 2 }));
    await vi.advanceTimersByTimeAsync(0);
    answers[0]?.(quote({ amount: 1 }));
    await vi.advanceTimersByTimeAsync(0);
    expect(quotes.now?.amount).toBe(2);
    expect(quotes.old).toBe(false);
    quotes.ask(wish("third"));
    expect([quotes.now?.amount, quotes.old]).toEqual([2, true]);
    quotes.ask(wish("third", "another model"));
    expect(quotes.now).toBeNull();
  });
  test("that cannot be had is an unknown price, not an alarm", async () => {
    const fake = new FakeHost();
    fake.answers.get_quote = () => {
      throw new Failure(problems.network);
    };
    const quotes = new Quotes(fake.call);
    quotes.ask(wish("w"));
    await vi.advanceTimersByTimeAsync(200);
    expect(runWords(quotes.now, false)).toBe("Run · price unknown");
  });
});

describe("spending", () => {
  test("the ledger is read page by page", async () => {
    const fake = new FakeHost();
    await scenes.studio(fake);
    const whole = (await fake.call("list_ledger", { after: null, limit: 50 })).lines;
    fake.answers.list_ledger = ({ after }) => {
      const from = Number(after ?? 0);
      return { lines: whole.slice(from, from + 3), next: from + 3 < whole.length ? String(from + 3) : null };
    };
    const spending = new Spending(fake.call);
    await spending.readLedger();
    expect([spending.lines.length, spending.more]).toEqual([3, true]);
    await spending.readMore();
    expect([spending.lines, spending.more]).toEqual([whole, false]);
  });
  test("the ledger is read afresh as far as it is shown, and a page that is on its way comes after", async () => {
    const fake = new FakeHost();
    const [first] = (await scenes.studio(fake).then(() => fake.call("list_ledger", { after: null, limit: 50 }))).lines;
    const page = 20;
    const whole = Array.from({ length: 50 }, (_, n) => ({ ...(first as LedgerLine), job_id: `job-${n}` }));
    fake.answers.list_ledger = async ({ after, limit }) => {
      const from = Number(after ?? 0);
      const next = from + limit < whole.length ? String(from + limit) : null;
      return { lines: whole.slice(from, from + limit), next };
    };
    const spending = new Spending(fake.call);
    await spending.readLedger();
    expect(spending.lines).toHaveLength(page);
    await Promise.all([spending.readMore(), spending.readLedger()]);
    expect(spending.lines).toEqual(whole.slice(0, 2 * page));
    for (let times = 0; times < 2; times += 1) await spending.readMore();
    expect([spending.lines, spending.more]).toEqual([whole, false]);
  });
  test("of two readings of the sums the later one counts, whichever answer comes last", async () => {
    const fake = new FakeHost();
    const sums = await fake.call("get_spending");
    const answers: ((spent: typeof sums) => void)[] = [];
    fake.answers.get_spending = () => new Promise((resolve) => answers.push(resolve));
    const spending = new Spending(fake.call);
    const both = Promise.all([spending.read(), spending.read()]);
    answers[1]?.({ ...sums, day_cap: 2 });
    await Promise.resolve();
    answers[0]?.({ ...sums, day_cap: 1 });
    await both;
    expect(spending.now?.day_cap).toBe(2);
  });
  test("many moves of jobs are one reading", async () => {
    vi.useFakeTimers();
    const fake = new FakeHost();
    const spending = new Spending(fake.call);
    for (let n = 0; n < 5; n += 1) spending.touch();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fake.calls.map((call) => call.operation)).toEqual(["get_spending"]);
    vi.useRealTimers();
  });
  test("a balance that fal does not tell is no error", async () => {
    const fake = new FakeHost();
    fake.balance = null;
    const spending = new Spending(fake.call);
    await spending.askBalance();
    expect(spending.balance).toEqual({ amount: null, problem: null });
  });
});

test("an amount is typed as people write it, and one that may be another is none", () => {
  expect(["1,000", "1000", "$5", "$ 5", " 0.50 ", ".5", "12,345.60"].map(typedDollars)).toEqual([
    ...[1000, 1000, 5, 5, 0.5, 0.5, 12345.6],
  ]);
  for (const typed of ["", "$", ".", "0", "0.00", "-5", "0,50", "1.000", "1,00", "0,500", "1e3", "5 a day"]) {
    expect([typed, typedDollars(typed)]).toEqual([typed, null]);
  }
});
