import { expect, test } from "vitest";
import { Comparison } from "./comparison.svelte";

test("the line moves by keys, further with Shift, and stops at the edges", () => {
  const comparison = new Comparison();
  comparison.key("ArrowRight", false);
  expect(comparison.split).toBeCloseTo(0.52);
  comparison.key("ArrowLeft", true);
  expect(comparison.split).toBeCloseTo(0.42);
  comparison.key("End", false);
  comparison.key("ArrowRight", true);
  expect(comparison.split).toBe(1);
  comparison.key("Home", false);
  expect(comparison.split).toBe(0);
});

test("a key that is none of its own is left alone", () => {
  const comparison = new Comparison();
  expect(comparison.key("Tab", false)).toBe(false);
  expect(comparison.split).toBe(0.5);
});

test("the original stays up until the last one who holds it lets go", () => {
  const comparison = new Comparison();
  comparison.hold();
  comparison.hold();
  comparison.release();
  expect(comparison.holdsOriginal).toBe(true);
  comparison.release();
  comparison.release();
  expect(comparison.holdsOriginal).toBe(false);
  comparison.hold();
  expect(comparison.holdsOriginal).toBe(true);
});

test("a new result is compared from the middle, also when comparing was off", () => {
  const comparison = new Comparison();
  comparison.on = false;
  comparison.split = 0.9;
  comparison.reset();
  expect([comparison.on, comparison.split]).toEqual([true, 0.5]);
});
