import { expect, test } from "vitest";
import type { LedgerLine } from "$lib/api/generated";
import { daysOf } from "./days";

const line = (day: number, hour: number, more: Partial<LedgerLine> = {}): LedgerLine => ({
  ...{
    job_id: `${day}-${hour}`,
    attempt: 1,
    model: "m",
    prompt: "warmer",
    at: new Date(2026, 10, day, hour).toISOString(),
  },
  ...{ estimate: 0.03, basis: "per_image", units: null, cost: null, charged: "yes", request_id: null },
  ...more,
});

test("a day has its lines and the sum of what was or may have been charged", () => {
  const lines = [
    line(22, 23, { cost: 0.06 }),
    line(22, 9, { charged: "maybe" }),
    line(22, 8, { charged: "no" }),
    line(21, 23),
  ];
  expect(daysOf(lines, false).map(({ day, lines, sum }) => [day, lines.length, sum])).toEqual([
    ["2026-11-22", 3, "$0.09"],
    ["2026-11-21", 1, "$0.03"],
  ]);
});

test("a price that nobody knows is said beside the sum", () => {
  expect(daysOf([line(22, 9), line(22, 8, { estimate: null })], false)[0]?.sum).toBe(
    "$0.03 and 1 without a known price",
  );
});

test("a day that may go on below has no sum yet", () => {
  expect(daysOf([line(22, 9), line(21, 9)], true).map(({ sum }) => sum)).toEqual(["$0.03", ""]);
});
