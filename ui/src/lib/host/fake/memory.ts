import type { Item, Job, JobState, Problem, Progress, Version } from "$lib/api/generated";

/** A library that lives as long as the page: versions, jobs and what was deleted. Ids are counted, so that tests can name them. */
export class Memory {
  versions = new Map<string, Version>();
  jobs = new Map<string, Job>();
  deleted = new Set<string>();
  #ids = 0;

  constructor(readonly now: () => number) {}

  id(kind: "version" | "job"): string {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  time(ago = 0): string {
    return new Date(this.now() - ago).toISOString();
  }

  addOriginal(name: string, size: { width: number; height: number }, ago = 0): Version {
    const id = this.id("version");
    const version: Version = {
      ...{ id, parent_id: null, root_id: id, job_id: null, name, ...size },
      ...{ bytes: Math.round(size.width * size.height * 0.8), media_type: mediaType(name) },
      ...{ note: null, prompt: null, model: null, elapsed_ms: null, request_id: null, seed: null },
      created_at: this.time(ago),
    };
    this.versions.set(id, version);
    return version;
  }

  addJob(input: Version, wish: Pick<Job, "prompt" | "model"> & Partial<Job>, ago = 0): Job {
    const at = this.time(ago);
    const job: Job = {
      ...{ id: this.id("job"), state: "queued", input_id: input.id, root_id: input.root_id },
      ...{ provider: wish.model === "demo" ? "demo" : "fal", progress: null, problem: null, note: null },
      ...{
        parameters: {},
        reference_ids: [],
        attempt: 1,
        cost: null,
        cached_from_id: null,
        not_before: null,
        looking: false,
        sent_at: at,
        cancel_asked: false,
        result_ids: [],
        request_id: wish.model === "demo" ? null : "01a0c7e2-5b1d-7f30-9c44-2f8be1a7d350",
      },
      ...{ created_at: at, updated_at: at },
      ...wish,
    };
    this.jobs.set(job.id, job);
    return job;
  }

  move(job: Job, state: JobState, progress: Partial<Progress> | null = null, problem: Problem | null = null): Job {
    const since = job.state === state && job.progress ? job.progress.since : this.time();
    const unknown = { fraction: null, position: null, bytes_done: null, bytes_of: null, last_log: null };
    const whole = { ...unknown, running: false, since, ...progress };
    const moved = { ...job, state, progress: progress ? whole : null, problem, updated_at: this.time() };
    this.jobs.set(job.id, moved);
    return moved;
  }

  finish(job: Job, elapsed: number, ago = 0): { job: Job; version: Version } {
    const input = this.version(job.input_id);
    const version: Version = {
      ...input,
      ...{ id: this.id("version"), parent_id: input.id, job_id: job.id, prompt: job.prompt, model: job.model },
      ...{ media_type: "image/png", elapsed_ms: elapsed, request_id: job.request_id, note: job.note },
      seed: job.model === "demo" ? null : String(job.parameters["seed"] ?? "18446744073709551615"),
      created_at: this.time(ago),
    };
    this.versions.set(version.id, version);
    const end = {
      progress: null,
      cost: job.cost && { ...job.cost, billed: job.cost.amount !== null, charged: "yes" as const },
    };
    const done: Job = { ...job, ...end, state: "done", result_ids: [version.id], updated_at: this.time(ago) };
    this.jobs.set(job.id, done);
    return { job: done, version };
  }

  version(id: string): Version {
    const version = this.versions.get(id);
    if (!version) throw new Error(`no version ${id}`);
    return version;
  }

  items(): Item[] {
    const originals = [...this.versions.values()]
      .filter((version) => version.parent_id === null)
      .map((version) => ({ id: version.id, job: null, version, at: version.created_at }));
    const jobs = [...this.jobs.values()].map((job) => ({
      ...{ id: job.id, job, at: job.created_at },
      version: this.versions.get(job.result_ids[0] ?? "") ?? null,
    }));
    return [...originals, ...jobs]
      .filter((item) => !this.isDeleted(item.job?.root_id ?? item.id) && !this.deleted.has(item.id))
      .sort((a, b) => b.at.localeCompare(a.at))
      .map(({ id, job, version }) => ({ id, job, version }));
  }

  isDeleted(rootId: string): boolean {
    return this.deleted.has(rootId);
  }
}

function mediaType(name: string): string {
  const ending = name.split(".").at(-1)?.toLowerCase() ?? "png";
  return `image/${ending === "jpg" ? "jpeg" : ending}`;
}
