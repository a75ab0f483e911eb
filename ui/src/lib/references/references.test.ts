import { expect, test } from "vitest";
import { columnAt } from "$lib/intake/intake.svelte";
import { References, room } from "./references.svelte";

test("references keep their order, each once, and can be moved within their ends", () => {
  const references = new References();
  references.add(["a", "b", "a"]);
  references.add(["b", "c"]);
  expect(references.list).toEqual(["a", "b", "c"]);
  references.move("c", 0);
  expect(references.list).toEqual(["c", "a", "b"]);
  references.move("c", 9);
  references.move("b", -3);
  references.move("gone", 1);
  expect(references.list).toEqual(["b", "a", "c"]);
  references.remove("a");
  expect(references.list).toEqual(["b", "c"]);
});

test("there is room for the model's pictures without the edited one", () => {
  expect([room({ min: 1, max: 4 }), room({ min: 1, max: 1 }), room({ min: 1, max: null }), room(null)]).toEqual([
    ...[3, 0, null, 0],
  ]);
});

test("dropped files go to the column they are over", () => {
  expect([0, 399, 400, 799, 900].map((x) => columnAt({ x, y: 0 }, 800, 2))).toEqual([0, 0, 1, 1, 1]);
  expect(columnAt(undefined, 800, 2)).toBe(0);
});
