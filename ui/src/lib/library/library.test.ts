import { beforeEach, describe, expect, test } from "vitest";
import type { Item } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { aJob, aVersion } from "$lib/host/fake/samples";
import { goneWords } from "./gone";
import { gridKey } from "./grid-keys";
import { columnsOf, HEADING, layOut, verticalNeighbour } from "./layout";
import { Library } from "./library.svelte";
import { Selection } from "./selection.svelte";

const item = (id: string, created_at = "2026-11-22T12:00:00Z"): Item => ({
  id,
  job: null,
  version: aVersion({ id, created_at }),
});
const ids = (items: Item[]) => items.map(({ id }) => id);

describe("reading", () => {
  let fake: FakeHost;
  let library: Library;
  const reads = () => fake.calls.filter((call) => call.operation === "list_items").length;
  beforeEach(() => {
    fake = new FakeHost();
    library = new Library(fake.call);
    for (let n = 0; n < 500; n += 1) fake.memory.addOriginal(`${n}.png`, { width: 1, height: 1 }, 5000 + n * 1000);
  });

  test("the first page is small and the total is known at once", async () => {
    await library.reload();
    expect([library.items.length, library.total, library.complete]).toEqual([60, 500, false]);
  });
  test("pages follow one another without a gap and without a double", async () => {
    await library.reload();
    await library.readUntil(450);
    expect(library.items.length).toBe(460);
    await library.readUntil(9_999);
    expect(ids(library.items)).toEqual(ids(fake.memory.items()));
    expect(library.complete).toBe(true);
  });
  test("several who ask for the same page read it once", async () => {
    await library.reload();
    await Promise.all([library.readUntil(100), library.readUntil(100), library.readUntil(100)]);
    expect(reads()).toBe(2);
  });
  test("many announcements while reading are answered by one more reading", async () => {
    await Promise.all([library.reload(), library.reload(), library.reload(), library.reload()]);
    expect(reads()).toBe(2);
  });
  test("a new job is the first cell, and becomes its result in place", async () => {
    await library.reload();
    const input = [...fake.memory.versions.values()][0] ?? aVersion();
    const working = fake.memory.addJob(input, { prompt: "warmer", model: "demo" });
    await library.hear(working);
    expect(library.items[0]).toMatchObject({ id: working.id, version: null });
    expect(library.total).toBe(501);
    const { job, version } = fake.memory.finish(working, 10);
    await library.hear(job);
    expect(library.items[0]?.version?.id).toBe(version.id);
    expect(library.total).toBe(501);
  });
  test("an older state does not undo a newer one", async () => {
    await library.reload();
    const input = [...fake.memory.versions.values()][0] ?? aVersion();
    const working = fake.memory.addJob(input, { prompt: "warmer", model: "demo" });
    await library.hear({ ...working, state: "failed", updated_at: "2999-01-01T00:00:00Z" });
    await library.hear({ ...working, state: "waiting" });
    expect(library.items[0]?.job?.state).toBe("failed");
  });
  test("deleted items are gone before core has answered", async () => {
    await library.reload();
    const [first, second] = library.items;
    library.remove([first?.id ?? ""]);
    expect(library.items[0]?.id).toBe(second?.id);
    expect(library.total).toBe(499);
  });
});

describe("layout", () => {
  const items = [item("a"), item("b"), item("c"), item("d", "2026-11-20T12:00:00Z")];

  test("a day begins a row of its own", () => {
    const { rows, columns } = layOut(items, 4, 400);
    expect(columns).toBe(2);
    expect(rows.map((row) => (row.kind === "cells" ? row.count : row.kind))).toEqual(["day", 2, 1, "day", 1]);
  });
  test("what was not read yet has its room, so that the scroll bar is honest", () => {
    const { rows } = layOut(items, 100_000, 1240);
    const room = rows.filter((row) => row.kind === "unread").reduce((sum, row) => sum + row.count, 0);
    expect(room).toBe(100_000 - 4);
  });
  test("cells and gaps fill the width and no more", () => {
    for (const width of [320, 660, 860, 1240, 2520]) {
      const { columns, cell } = layOut(items, 4, width);
      expect(columns * cell + (columns - 1) * 8).toBeLessThanOrEqual(width);
      expect(cell).toBeGreaterThan(100);
    }
    expect(columnsOf(860)).toBe(4);
  });
  test("heights are whole, so that rows touch", () => {
    const { rows, cell } = layOut(items, 4, 401);
    expect(rows.map((row) => row.height)).toEqual([HEADING, cell + 8, cell + 8, HEADING, cell + 8]);
  });
  test("down and up keep the column where the row is long enough", () => {
    const { rows } = layOut(items, 4, 400);
    expect(verticalNeighbour(rows, 1, 1)).toBe(2);
    expect(verticalNeighbour(rows, 2, 1)).toBe(3);
    expect(verticalNeighbour(rows, 3, 1)).toBe(3);
    expect(verticalNeighbour(rows, 0, -1)).toBe(0);
  });
});

describe("what a deletion takes away", () => {
  const original = item("coffee");
  const made = (id: string, root_id = "coffee"): Item => ({ ...item(id), job: aJob({ id, root_id }) });
  const failed: Item = { id: "bad", job: aJob({ id: "bad", root_id: "coffee", state: "failed" }), version: null };
  const read = [made("w1", "other"), failed, made("w2"), made("w3"), original, item("other")];

  test.each([
    [["coffee"], "coffee.png, 2 versions and 1 attempt"],
    [["w2"], "1 version"],
    [["w2", "w3", "bad"], "2 versions and 1 attempt"],
    [["coffee", "w2", "other"], "2 pictures, 3 versions and 1 attempt"],
    [["other"], "coffee.png and 1 version"],
  ])("%j is told as %s", (ids, words) => {
    expect(goneWords(ids, read)).toBe(words);
  });
});

describe("selecting", () => {
  const items = ["a", "b", "c", "d", "e"].map((id) => item(id));
  const { rows } = layOut(items, 5, 400);
  const none = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  let selection: Selection;
  let opened: string[];
  const press = (key: string, more = {}) =>
    gridKey({ key, ...none, ...more }, { rows, items, selection, open: (chosen) => opened.push(chosen.id) });
  beforeEach(() => {
    selection = new Selection();
    opened = [];
  });

  test("arrows move through the grid and Enter opens", () => {
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Enter"]) press(key);
    expect(opened).toEqual(["d"]);
  });
  test("Shift with an arrow selects from where one was, and back again", () => {
    press("Home");
    press("ArrowRight", { shiftKey: true });
    press("ArrowRight", { shiftKey: true });
    expect(selection.ids.sort()).toEqual(["a", "b", "c"]);
    press("ArrowLeft", { shiftKey: true });
    expect(selection.ids.sort()).toEqual(["a", "b"]);
  });
  test("Space selects and deselects, Ctrl+A selects everything", () => {
    press("Home");
    press(" ");
    expect(selection.ids).toEqual(["a"]);
    press(" ");
    expect(selection.count).toBe(0);
    press("a", { ctrlKey: true });
    expect(selection.count).toBe(5);
  });
  test("without a selection a deletion means the current item", () => {
    press("End");
    expect(selection.target).toEqual(["e"]);
    selection.toggle("b");
    expect(selection.target).toEqual(["b"]);
  });
  test("what is gone is no longer selected", () => {
    selection.toggle("a");
    selection.drop(["a"], ["a"]);
    expect([selection.count, selection.current]).toEqual([0, null]);
  });
  test("when the current item goes, the keyboard is at the next that is left, at the end at the one before", () => {
    const order = ["a", "b", "c", "d"];
    selection.moveTo("b");
    selection.drop(["b", "c"], order);
    expect(selection.current).toBe("d");
    selection.drop(["d"], ["a", "d"]);
    expect(selection.current).toBe("a");
  });
  test("keys of others are left alone", () => {
    expect([press("Tab"), press("x"), press("ArrowDown", { altKey: true }), press("Enter")]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
  test("a job without a version has a cell of its own", () => {
    const job: Item = { id: "j1", job: aJob(), version: null };
    expect(layOut([job], 1, 400).rows).toHaveLength(2);
  });
});
