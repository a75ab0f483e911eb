import { describe, expect, test } from "vitest";
import { bytes, count, mediaName } from "./size";
import { beginning, wish } from "./words";
import { age, clockTime, dayName, dayOf, elapsed, moment } from "./time";

const noon = new Date(2026, 10, 22, 12, 0).getTime();
const at = (...date: [number, number, number, number?, number?]) => new Date(...date).toISOString();

describe("time", () => {
  test("seconds are counted in tenths at first and in minutes later", () => {
    expect([0, 4_240, 9_990, 48_700, 185_000].map(elapsed)).toEqual(["0.0 s", "4.2 s", "10.0 s", "48 s", "3 min 05 s"]);
  });
  test("a clock that is behind never shows negative time", () => {
    expect(elapsed(-500)).toBe("0.0 s");
  });
  test("ages are told in their largest unit", () => {
    const ages = [20_000, 3 * 60_000, 5 * 3_600_000, 49 * 3_600_000].map((ago) =>
      age(new Date(noon - ago).toISOString(), noon),
    );
    expect(ages).toEqual(["now", "3 min", "5 h", "2 d"]);
  });
  test("days have names where they are near and dates where they are not", () => {
    const names = [at(2026, 10, 22, 1), at(2026, 10, 21, 23), at(2026, 10, 18), at(2024, 1, 29)].map((day) =>
      dayName(dayOf(day), noon),
    );
    expect(names).toEqual(["Today", "Yesterday", "18 November", "29 February 2024"]);
  });
  test("yesterday is found across the end of a month", () => {
    expect(dayName(dayOf(at(2026, 9, 31)), new Date(2026, 10, 1, 9).getTime())).toBe("Yesterday");
  });
  test("a moment says the day and the minute", () => {
    expect(moment(at(2026, 10, 22, 9, 5), noon)).toBe("today 09:05");
    expect(moment(at(2026, 10, 18, 14, 3), noon)).toBe("18 November 14:03");
  });
});

test("a moment's time can be told to the second", () => {
  expect(clockTime(new Date(2026, 10, 22, 9, 5, 7).toISOString())).toBe("09:05:07");
});

test("a long text is read out by its beginning, and no letter is cut in half", () => {
  expect(beginning("warmer")).toBe("warmer");
  expect(beginning("x".repeat(80))).toHaveLength(80);
  expect(beginning("🎨".repeat(81), 80)).toBe(`${"🎨".repeat(79)}…`);
});

describe("size", () => {
  test("bytes are rounded to what matters and change units in time", () => {
    expect([0, 999, 1_000, 9_940, 456_000, 999_600, 12_400_000].map(bytes)).toEqual([
      ...["0 B", "999 B", "1.0 KB", "9.9 KB", "456 KB", "1.0 MB", "12 MB"],
    ]);
  });
  test("one thing is not several", () => {
    expect([count(1, "edit"), count(2, "edit"), count(12_408, "picture")]).toEqual([
      "1 edit",
      "2 edits",
      "12,408 pictures",
    ]);
  });
  test("a media type is said as people say it", () => {
    expect([mediaName("image/jpeg"), mediaName("image/png")]).toEqual(["JPEG", "PNG"]);
  });
});

test("a wish without words still has a label", () => {
  expect([wish(""), wish("  "), wish("dusk")]).toEqual(["No prompt", "No prompt", "dusk"]);
});
