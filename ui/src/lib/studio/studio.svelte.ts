import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { Call } from "$lib/api/call";
import type { History, Job, Version } from "$lib/api/generated";
import type { Jobs } from "$lib/jobs/jobs.svelte";
import { isAtWork } from "$lib/jobs/state";
import { foldFailures, type Fold, type Row } from "./fold";
import { treeOf, type Node } from "./tree";

/** What stands on the stage: a version, or a job on its way to become one. */
export type Shown = { kind: "version"; id: string } | { kind: "job"; id: string };

/**
 * One picture and its history, and which node of it is shown.
 *
 * A job is shown where its result will appear. When the job that is shown (or whose input is shown) ends, its outcome takes its place;
 * a job that ends elsewhere never takes the stage from what the user looks at. A cancelled one stays until it is closed, to be read.
 */
export class Studio {
  #history = $state.raw<History | null>(null);
  #shown = $state.raw<Shown | null>(null);
  #heard = new SvelteMap<string, Job>();
  #opened = new SvelteSet<string>();
  /** Counts what the user opened or closed: only the last wish is carried out. */
  #wish = 0;
  #rereading = 0;

  readonly versions: Version[] = $derived(this.#history?.versions ?? []);
  readonly tree: Node[] = $derived.by(() => treeOf(this.versions, this.#openJobs()));
  /** The tree as it is drawn. A fold is open as long as what is shown lies in it. */
  readonly rows: Row[] = $derived.by(() =>
    foldFailures(this.tree, (id, jobs) => this.#opened.has(id) || jobs.some((job) => job.id === this.#shown?.id)),
  );
  readonly root = $derived(this.versions[0] ?? null);
  /** The job on the stage, if a job is. */
  readonly job = $derived.by(() => (this.#shown?.kind === "job" ? this.#job(this.#shown.id) : null));
  /** The version on the stage; below a job it is the job's input. The next edit continues from it. */
  readonly version = $derived.by(() => this.#find(this.#shown?.kind === "job" ? this.job?.input_id : this.#shown?.id));
  /** What the version on the stage was made from; none for an original and below a job. */
  readonly before = $derived.by(() => (this.job ? null : this.#find(this.version?.parent_id)));
  readonly shown = $derived(this.#shown);

  constructor(
    private readonly call: Call,
    private readonly jobs: Jobs,
  ) {}

  /** Opens the history a version belongs to and shows the version. */
  async open(versionId: string) {
    if (this.#find(versionId)) return this.show({ kind: "version", id: versionId });
    if (await this.#read(versionId)) this.show({ kind: "version", id: versionId });
  }

  /** Opens the history a job belongs to and shows the job, or what became of it. */
  async openJob(job: Job) {
    if (job.root_id !== this.root?.id && !(await this.#read(job.input_id))) return;
    this.#heard.set(job.id, job);
    const result = job.result_ids[0];
    this.show(result && this.#find(result) ? { kind: "version", id: result } : { kind: "job", id: job.id });
  }

  show(shown: Shown) {
    this.#shown = shown;
  }

  /** Opens a fold or closes it. What is shown does not hide: its input takes its place. */
  toggle({ id, jobs, open }: Fold) {
    if (!open) return void this.#opened.add(id);
    this.#opened.delete(id);
    const inside = jobs.find((job) => job.id === this.#shown?.id);
    const input = inside && (this.#find(inside.input_id) ?? this.root);
    if (input) this.show({ kind: "version", id: input.id });
  }

  /** The edit that made a version, where it was heard of. */
  madeBy(version: Version): Job | null {
    return version.job_id === null ? null : this.#job(version.job_id);
  }

  /** Whether a version is part of this history. */
  has(versionId: string): boolean {
    return this.#find(versionId) !== null;
  }

  close() {
    this.#wish += 1;
    this.#history = null;
    this.#shown = null;
    this.#heard.clear();
  }

  /** A job was made or changed. True when its result came onto the stage. */
  async hear(job: Job): Promise<boolean> {
    if (job.root_id !== this.root?.id) return false;
    this.#heard.set(job.id, job);
    if (job.state === "done") await this.#readAgain();
    // First follow, then look whether what is shown is still there: a finished job leaves the tree.
    const followed = !isAtWork(job) && this.#follow(job);
    this.#keepShown();
    return followed;
  }

  /** Reads the history again; closes when the picture is gone. */
  async reread() {
    await this.#readAgain();
    this.#keepShown();
  }

  /** Never in the way of `open`: an announcement must not undo what the user wants to see. */
  async #readAgain() {
    const root = this.root;
    if (!root) return;
    const reading = (this.#rereading += 1);
    const stale = () => reading !== this.#rereading || this.root?.id !== root.id;
    try {
      const history = await this.call("get_history", { id: root.id });
      if (!stale()) this.#history = history;
    } catch {
      if (!stale()) this.close();
    }
  }

  /** Shows the next (1) or previous (-1) node in reading order; what is folded away is passed over. */
  step(by: 1 | -1) {
    const nodes = this.rows.filter((row) => row.kind !== "fold");
    const at = nodes.findIndex((node) => node.id === this.#shown?.id);
    const next = nodes[at + by];
    if (next) this.show({ kind: next.kind, id: next.id });
  }

  /** True when the history of that version was read and is still wanted. */
  async #read(versionId: string): Promise<boolean> {
    const wish = (this.#wish += 1);
    const history = await this.call("get_history", { id: versionId });
    if (wish !== this.#wish) return false;
    if (history.versions[0]?.id !== this.root?.id) {
      this.#heard.clear();
      this.#shown = null;
    }
    this.#history = history;
    return true;
  }

  #follow(job: Job): boolean {
    const waitedFor = this.#shown?.id === job.id || this.#shown?.id === job.input_id;
    const result = job.result_ids[0];
    if (!waitedFor) return false;
    if (job.state === "done" && result && this.#find(result)) {
      this.show({ kind: "version", id: result });
      return true;
    }
    if (job.state === "failed" || job.state === "unconfirmed") this.show({ kind: "job", id: job.id });
    return false;
  }

  #keepShown() {
    if (this.#shown && !this.tree.some((node) => node.id === this.#shown?.id)) {
      this.#shown = this.root ? { kind: "version", id: this.root.id } : null;
    }
  }

  #find(id: string | null | undefined): Version | null {
    return this.versions.find((version) => version.id === id) ?? null;
  }

  /** The newest state that anybody knows. */
  #job(id: string): Job | null {
    const known = [this.jobs.get(id), this.#heard.get(id), this.#history?.jobs.find((job) => job.id === id)];
    const newer = (one: Job | null, other: Job | undefined) =>
      other && (!one || other.updated_at > one.updated_at) ? other : one;
    return known.reduce<Job | null>(newer, null);
  }

  /** Jobs without a version: what the history said, overlaid with what was announced since. */
  #openJobs(): Job[] {
    const ids = new Set([...(this.#history?.jobs ?? []).map((job) => job.id), ...this.#heard.keys()]);
    const made = new Set(this.versions.map((version) => version.job_id));
    return [...ids]
      .map((id) => this.#job(id))
      .filter((job) => job !== null)
      .filter((job) => job.state !== "done" && !made.has(job.id));
  }
}
