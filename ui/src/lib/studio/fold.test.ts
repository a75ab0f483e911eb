import { expect, test } from "vitest";
import type { JobState } from "$lib/api/generated";
import { aJob, aVersion } from "$lib/host/fake/samples";
import { foldFailures, foldWords } from "./fold";
import { treeOf, type Node } from "./tree";

const minute = (n: number) => `2026-11-22T09:${String(n).padStart(2, "0")}:00Z`;
const tree = (...states: (JobState | "version")[]): Node[] => {
  const results = states.flatMap((state, n) =>
    state === "version"
      ? [aVersion({ id: `v-${n}`, parent_id: "v1", job_id: `j-${n}`, prompt: "x", created_at: minute(n) })]
      : [],
  );
  const jobs = states.flatMap((state, n) =>
    state === "version" ? [] : [aJob({ id: `j-${n}`, state, created_at: minute(n) })],
  );
  return treeOf([aVersion(), ...results], jobs);
};
const closed = () => false;
const ids = (nodes: Node[], isOpen: () => boolean = closed) => foldFailures(nodes, isOpen).map(({ id }) => id);

test("more than two failures in a row are one row; two are not", () => {
  expect(ids(tree("failed", "cancelled"))).toEqual(["v1", "j-0", "j-1"]);
  expect(ids(tree("failed", "cancelled", "failed"))).toEqual(["v1", "failures-j-0"]);
});

test("an open fold is followed by what it holds", () => {
  expect(ids(tree("failed", "failed", "failed"), () => true)).toEqual(["v1", "failures-j-0", "j-0", "j-1", "j-2"]);
});

test.each(["unconfirmed", "waiting", "version"] as const)("what is %s is never folded and ends a run", (state) => {
  expect(ids(tree("failed", "failed", state, "failed"))).toHaveLength(5);
  expect(ids(tree("failed", "failed", "failed", state, "failed"))).toEqual([
    ...["v1", "failures-j-0", state === "version" ? "v-3" : "j-3", "j-4"],
  ]);
});

test("failures below another version are another run", () => {
  const child = aVersion({ id: "c", parent_id: "v1", job_id: "jc", prompt: "x", created_at: minute(1) });
  const below = (input_id: string, n: number) =>
    aJob({ id: `${input_id}${n}`, input_id, state: "failed", created_at: minute(n) });
  const jobs = [below("c", 2), below("c", 3), below("v1", 4), below("v1", 5)];
  expect(ids(treeOf([aVersion(), child], jobs))).toEqual(["v1", "c", "c2", "c3", "v14", "v15"]);
});

test("a fold says what it holds", () => {
  const jobs = (...states: JobState[]) => states.map((state) => aJob({ state }));
  expect(foldWords(jobs("failed", "failed", "failed"))).toBe("3 attempts that failed");
  expect(foldWords(jobs("failed", "cancelled", "failed"))).toBe("3 attempts that failed or were cancelled");
  expect(foldWords(jobs("cancelled", "cancelled", "cancelled"))).toBe("3 attempts, cancelled");
});
