import type { Call } from "$lib/api/call";
import type { Item, Job } from "$lib/api/generated";

const PAGE = 200;
const FIRST_PAGE = 60;

/**
 * The Library as far as it was read: newest first, page by page, each page beginning where the one before ended.
 * Announced jobs change their cell in place or become a new first one; nothing is read again for that.
 */
export class Library {
  items = $state.raw<Item[]>([]);
  total = $state(0);
  /** False until the first page was read: an empty list is not yet an empty library. */
  known = $state(false);
  #next: string | null = null;
  #reading: Promise<void> | null = null;
  #stale = false;
  #generation = 0;
  readonly complete = $derived(this.known && this.items.length >= this.total);

  constructor(private readonly call: Call) {}

  /** Reads the first page afresh. Calls that come while it is being read are answered by one more reading. */
  async reload() {
    if (this.#reading) {
      this.#stale = true;
      return this.#reading;
    }
    this.#reading = this.#reloadUntilFresh().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #reloadUntilFresh() {
    do {
      this.#stale = false;
      const generation = (this.#generation += 1);
      const limit = this.known ? PAGE : FIRST_PAGE;
      const page = await this.call("list_items", { after: null, limit });
      if (generation !== this.#generation) return;
      this.items = page.items;
      this.total = page.total;
      this.#next = page.next;
      this.known = true;
    } while (this.#stale);
  }

  /** Reads on until `count` items are there or the end is reached. */
  async readUntil(count: number) {
    while (this.items.length < count && this.#next !== null) {
      if (this.#reading) await this.#reading;
      else await (this.#reading = this.#readNext().finally(() => (this.#reading = null)));
    }
  }

  async #readNext() {
    const generation = this.#generation;
    const page = await this.call("list_items", { after: this.#next, limit: PAGE });
    if (generation !== this.#generation) return;
    const known = new Set(this.items.map((item) => item.id));
    this.items = [...this.items, ...page.items.filter((item) => !known.has(item.id))];
    this.total = Math.max(page.total, this.items.length);
    this.#next = page.next;
    if (this.#next === null) this.total = this.items.length;
  }

  /** A job was made or changed. */
  async hear(job: Job) {
    if (!this.known) return;
    const at = this.items.findIndex((item) => item.id === job.id);
    const old = this.items[at];
    if (!old) {
      if (job.state === "done" || this.#olderThanRead(job)) return this.reload();
      this.items = [{ id: job.id, job, version: null }, ...this.items];
      this.total += 1;
      return;
    }
    if (old.job && old.job.updated_at > job.updated_at) return;
    const result = job.result_ids[0];
    const version = result && !old.version ? await this.call("get_version", { id: result }) : old.version;
    this.items = this.items.map((item) => (item.id === job.id ? { ...item, job, version } : item));
  }

  /** Takes items out at once; the announcement that follows reads the truth. */
  remove(ids: string[]) {
    const gone = new Set(ids);
    const left = this.items.filter((item) => !gone.has(item.id));
    this.total -= this.items.length - left.length;
    this.items = left;
  }

  #olderThanRead(job: Job): boolean {
    const first = this.items[0];
    return first !== undefined && job.created_at < (first.job?.created_at ?? first.version?.created_at ?? "");
  }
}
