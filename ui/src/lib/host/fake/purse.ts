import type {
  AskQuote,
  Job,
  LedgerLine,
  LedgerPage,
  Problem,
  Quote,
  Settings,
  Spending,
  Spent,
} from "$lib/api/generated";
import type { Memory } from "./memory";
import { problems } from "./problems";

const PRICES: Record<string, number> = {
  "fal-ai/bytedance/seedream/v4/edit": 0.03,
  "fal-ai/bytedance/seedream/v4.5/edit": 0.04,
  "fal-ai/nano-banana-2/edit": 0.08,
  "fal-ai/flux-pro/kontext": 0.04,
  "fal-ai/flux-2-pro/edit": 0.045,
};
const free = { problem: null, shrinks: false, cached_version_id: null, similar_version_id: null };

/** The fake core's money: what an edit would cost, what was spent. */
export class Purse {
  constructor(
    private readonly memory: Memory,
    private readonly settings: () => Settings,
  ) {}

  /** What would be paid; words in the prompt choose what stands in its way: "huge", "wrong number". */
  quote(wish: AskQuote): Quote {
    if (wish.model === "demo") return { ...free, amount: 0, basis: "free", said: "The demo engine costs nothing." };
    const images = Number(wish.parameters["num_images"] ?? 1);
    const price = PRICES[wish.model];
    const amount = price === undefined ? null : price * images;
    const said = price === undefined ? "fal names no price for this model." : words(images, price);
    const before = this.#before(wish);
    const cached = "seed" in wish.parameters ? before : null;
    return {
      ...{ amount, basis: price === undefined ? "unknown" : "per_image", said, shrinks: /huge/.test(wish.prompt) },
      ...{ problem: cached ? null : this.#problem(wish, amount), cached_version_id: cached },
      similar_version_id: cached ? null : before,
    };
  }

  spending(): Spending {
    const { day_cap, month_cap } = this.settings();
    const today = this.#sum(1);
    const models = [...new Set(this.#lines().map(({ model }) => model))]
      .map((model) => ({ model, spent: this.#sum(31, model) }))
      .sort((one, other) => other.spent.amount - one.spent.amount);
    return { today, month: this.#sum(31), day_cap, month_cap, models };
  }

  ledger(after: string | null, limit: number): LedgerPage {
    const all = this.#lines();
    const from = after === null ? 0 : Number(after);
    const lines = all.slice(from, from + limit);
    return { lines, next: from + limit < all.length ? String(from + limit) : null };
  }

  #lines(): LedgerLine[] {
    const paid = [...this.memory.jobs.values()].filter((job) => job.cost);
    return paid.sort((one, other) => other.created_at.localeCompare(one.created_at)).map(line);
  }

  #sum(days: number, model?: string): Spent {
    // The last 24 hours, not since midnight: what the scenes show must not depend on when they are looked at.
    const since = this.memory.now() - days * 86_400_000;
    const lines = this.#lines()
      .filter((one) => Date.parse(one.at) >= since && (!model || one.model === model))
      .filter(({ charged }) => charged !== "no");
    const add = (some: LedgerLine[]) => some.reduce((sum, { cost, estimate }) => sum + (cost ?? estimate ?? 0), 0);
    const unknown = lines.filter(({ cost, estimate }) => cost === null && estimate === null).length;
    const maybe = add(lines.filter(({ charged }) => charged === "maybe"));
    return { amount: add(lines), maybe, edits: lines.length, unknown };
  }

  #before({ version_id, prompt, model }: AskQuote): string | null {
    const same = (job: Job) => job.input_id === version_id && job.prompt === prompt && job.model === model;
    return [...this.memory.jobs.values()].find((job) => job.state === "done" && same(job))?.result_ids[0] ?? null;
  }

  #problem({ prompt }: AskQuote, amount: number | null): Problem | null {
    const { day_cap } = this.settings();
    if (/huge/.test(prompt)) return problems.tooLarge;
    if (/wrong number/.test(prompt)) return problems.badParameter;
    return day_cap !== null && this.#sum(1).amount + (amount ?? 0) > day_cap ? problems.dayCap : null;
  }
}

const words = (images: number, price: number) =>
  images === 1 ? `1 image at $${price}` : `${images} images at $${price} each`;

function line(job: Job): LedgerLine {
  const billed = job.cost?.billed ?? false;
  const amount = job.cost?.amount ?? null;
  return {
    ...{ job_id: job.id, attempt: job.attempt, model: job.model, prompt: job.prompt, at: job.created_at },
    ...{ estimate: amount, basis: amount === null ? "unknown" : "per_image", units: billed ? 1 : null },
    ...{ cost: billed ? amount : null, charged: job.cost?.charged ?? "no", request_id: job.request_id },
  };
}
