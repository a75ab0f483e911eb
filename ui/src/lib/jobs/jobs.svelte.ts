import { SvelteMap } from "svelte/reactivity";
import { asProblem, type Call } from "$lib/api/call";
import type { Job } from "$lib/api/generated";
import { isAtWork, isFinished, isInTrouble } from "./state";

/**
 * Every job this window has heard of lately: what is at work, and what ended in trouble today.
 *
 * Core owns the truth and announces whole states; here they are only remembered, the newest of each. Nothing is guessed.
 */
export class Jobs {
  #byId = new SvelteMap<string, Job>();
  #newestFirst = $derived([...this.#byId.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)));
  readonly atWork = $derived(this.#newestFirst.filter(isAtWork));
  readonly inTrouble = $derived(this.#newestFirst.filter(isInTrouble));
  /** Of those, the ones that nobody is looking after already. */
  readonly needsYou = $derived(this.inTrouble.filter((job) => !job.looking));
  /** What came to nothing and can be cleared away together. */
  readonly finished = $derived(this.#newestFirst.filter(isFinished));

  constructor(private readonly call: Call) {}

  get(id: string): Job | undefined {
    return this.#byId.get(id);
  }

  /** Takes a state that was announced or answered. False when a newer one is already known. */
  hear(job: Job): boolean {
    const known = this.#byId.get(job.id);
    if (known && known.updated_at > job.updated_at) return false;
    this.#byId.set(job.id, job);
    return true;
  }

  async read() {
    for (const job of await this.missed()) this.hear(job);
  }

  /** Reads what is at work or in trouble, and what became of the rest: the jobs whose last state was not heard. */
  async missed(): Promise<Job[]> {
    const active = await this.call("list_active");
    const ended = this.atWork.filter(({ id }) => !active.some((job) => job.id === id));
    const ends = await Promise.all(
      ended.map(({ id }) => this.call("get_job", { id }).catch((thrown) => this.#lost(id, thrown))),
    );
    const now = [...active, ...ends.filter((job) => job !== null)];
    return now.filter((job) => this.get(job.id)?.updated_at !== job.updated_at);
  }

  /** One that is gone is not at work either. */
  #lost(id: string, thrown: unknown): null {
    if (asProblem(thrown).code === "not_found") this.forget([id]);
    return null;
  }

  /** Forgets jobs that were deleted, so that they no longer ask for attention. */
  forget(ids: string[]) {
    for (const id of ids) this.#byId.delete(id);
  }
}
