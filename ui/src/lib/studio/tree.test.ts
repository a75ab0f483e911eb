import { expect, test } from "vitest";
import { aJob, aVersion } from "$lib/host/fake/samples";
import { guidesOf, indentOf, treeOf } from "./tree";

const at = (minute: number) => `2026-11-22T09:${String(minute).padStart(2, "0")}:00Z`;
const result = (id: string, parent: string, minute: number) =>
  aVersion({ id, parent_id: parent, job_id: `job-${id}`, prompt: id, created_at: at(minute) });

test("each version stands below what it was made from, siblings oldest first, jobs among them", () => {
  const versions = [aVersion(), result("b", "v1", 3), result("a", "v1", 1), result("a1", "a", 5)];
  const jobs = [aJob({ id: "j", input_id: "v1", created_at: at(2) })];
  expect(treeOf(versions, jobs).map((node) => [node.id, node.depth])).toEqual([
    ["v1", 0],
    ["a", 1],
    ["a1", 2],
    ["j", 1],
    ["b", 1],
  ]);
});

test("a version whose parent is gone hangs below the original", () => {
  expect(treeOf([aVersion(), result("orphan", "gone", 1)], []).map((node) => node.depth)).toEqual([0, 1]);
});

test("deep rows stay where the deepest is, and no line runs through their pictures", () => {
  expect([0, 1, 5, 9].map(indentOf)).toEqual([0, 16, 80, 80]);
  expect(guidesOf(2)).toEqual([0, 16]);
  expect(guidesOf(9)).toEqual([0, 16, 32, 48, 64]);
});

test("no versions make no tree", () => {
  expect(treeOf([], [aJob()])).toEqual([]);
});
