import { SvelteMap } from "svelte/reactivity";
import type { Call } from "$lib/api/call";
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
    const active = await this.call("list_active");
    for (const job of active) this.hear(job);
  }

  /** Forgets jobs that were deleted, so that they no longer ask for attention. */
  forget(ids: string[]) {
    for (const id of ids) this.#byId.delete(id);
  }

  async cancel(id: string): Promise<Job> {
    return this.#heard(await this.call("cancel_job", { id }));
  }

  async retry(id: string): Promise<Job> {
    return this.#heard(await this.call("retry_job", { id }));
  }

  async lookAgain(id: string): Promise<Job> {
    return this.#heard(await this.call("look_again", { id }));
  }

  #heard(job: Job): Job {
    this.hear(job);
    return job;
  }
}
