import type { Job, Version } from "$lib/api/generated";

/** A node of the history as it is drawn: a version, or a job that has not become one. */
export type Node =
  | { kind: "version"; id: string; depth: number; version: Version }
  | { kind: "job"; id: string; depth: number; job: Job };

const STEP = 16;
const DEEPEST = 5;
/** How far a node stands to the right, in pixels. Deeper ones stay where the deepest is: their words matter more. */
export const indentOf = (depth: number) => Math.min(depth, DEEPEST) * STEP;

/** Where the lines stand that lead to a node from those above it. */
export const guidesOf = (depth: number) => Array.from({ length: Math.min(depth, DEEPEST) }, (_, level) => level * STEP);

type Unplaced = { kind: "version"; version: Version } | { kind: "job"; job: Job };

/**
 * The history in reading order: each node directly below what it was made from, siblings oldest first.
 * A version whose parent is gone hangs below the original, so that nothing becomes unreachable.
 */
export function treeOf(versions: Version[], jobs: Job[]): Node[] {
  const known = new Set(versions.map((version) => version.id));
  const root = versions.find((version) => version.parent_id === null) ?? versions[0];
  if (!root) return [];

  const children = new Map<string, Unplaced[]>();
  const hang = (parent: string, child: Unplaced) => {
    const place = known.has(parent) ? parent : root.id;
    children.set(place, [...(children.get(place) ?? []), child]);
  };
  for (const version of versions)
    if (version !== root) hang(version.parent_id ?? root.id, { kind: "version", version });
  for (const job of jobs) hang(job.input_id, { kind: "job", job });

  const placed: Node[] = [];
  const place = (version: Version, depth: number) => {
    placed.push({ kind: "version", id: version.id, depth, version });
    for (const child of (children.get(version.id) ?? []).sort((a, b) => madeAt(a).localeCompare(madeAt(b)))) {
      if (child.kind === "version") place(child.version, depth + 1);
      else placed.push({ kind: "job", id: child.job.id, depth: depth + 1, job: child.job });
    }
  };
  place(root, 0);
  return placed;
}

const madeAt = (node: Unplaced) => (node.kind === "version" ? node.version.created_at : node.job.created_at);
