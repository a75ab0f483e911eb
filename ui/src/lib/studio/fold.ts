import type { Job } from "$lib/api/generated";
import type { Node } from "./tree";

/** Attempts that came to nothing, one after the other below the same version, drawn as one row that opens. */
export type Fold = { kind: "fold"; id: string; depth: number; jobs: Job[]; open: boolean };

/** A row of the tree as it is drawn. */
export type Row = Node | Fold;

/** So many stand beside the versions without drowning them. */
const MOST = 2;

/**
 * The tree with its failures folded. What is at work or in doubt is never folded, and breaks a run of failures.
 *
 * @param isOpen asked with the jobs of each fold; an open one is followed by its nodes
 */
export function foldFailures(nodes: Node[], isOpen: (id: string, jobs: Job[]) => boolean): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < nodes.length;) {
    const run = failuresFrom(nodes, at);
    const [first] = run;
    if (first && run.length > MOST) {
      const [id, jobs] = [`failures-${first.id}`, run.map(({ job }) => job)];
      const open = isOpen(id, jobs);
      rows.push({ kind: "fold", id, depth: first.depth, jobs, open }, ...(open ? run : []));
      at += run.length;
    } else {
      rows.push(...nodes.slice(at, at + Math.max(1, run.length)));
      at += Math.max(1, run.length);
    }
  }
  return rows;
}

type JobNode = Extract<Node, { kind: "job" }>;

/** The failures that begin there. A job has nothing below it: neighbours at one depth have one parent. */
function failuresFrom(nodes: Node[], at: number): JobNode[] {
  const depth = nodes[at]?.depth;
  const run: JobNode[] = [];
  for (const node of nodes.slice(at)) {
    if (node.kind !== "job" || node.depth !== depth || !cameToNothing(node.job)) break;
    run.push(node);
  }
  return run;
}

const cameToNothing = ({ state }: Job) => state === "failed" || state === "cancelled";

/** What a fold holds, in words: `9 attempts that failed`. */
export function foldWords(jobs: Job[]): string {
  const cancelled = jobs.filter(({ state }) => state === "cancelled").length;
  if (cancelled === jobs.length) return `${jobs.length} attempts, cancelled`;
  return `${jobs.length} attempts that failed${cancelled > 0 ? " or were cancelled" : ""}`;
}
