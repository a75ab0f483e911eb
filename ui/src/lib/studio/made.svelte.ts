import type { Call } from "$lib/api/call";
import type { Job, Version } from "$lib/api/generated";

/** The edit that made the shown version: what it cost, with which parameters. Read when a version is shown, not for every one in the tree. */
export class Made {
  #job = $state.raw<Job | null>(null);
  #wanted: string | null = null;

  constructor(private readonly call: Call) {}

  /** The edit of this version, once it was read. */
  of(version: Version): Job | null {
    return this.#job !== null && this.#job.id === version.job_id ? this.#job : null;
  }

  async read(jobId: string | null) {
    this.#wanted = jobId;
    if (jobId === null) return;
    // A version whose edit is gone has fewer facts; that is all.
    const job = await this.call("get_job", { id: jobId }).catch(() => null);
    if (this.#wanted === jobId) this.#job = job;
  }
}
