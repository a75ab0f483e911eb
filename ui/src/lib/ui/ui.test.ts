import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Toasts } from "./toasts.svelte";
import { Undo } from "./undo";

describe("toasts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const undo = { label: "Undo", run: () => undefined };

  test("what can be undone stays longer than ten seconds, then goes", () => {
    const toasts = new Toasts();
    toasts.say("trash", "1 version deleted", undo);
    vi.advanceTimersByTime(11_900);
    expect(toasts.list).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(toasts.list).toHaveLength(0);
  });
  test("time stands still while the pointer is on a toast", () => {
    const toasts = new Toasts();
    const id = toasts.say("trash", "1 version deleted", undo);
    vi.advanceTimersByTime(8_000);
    toasts.hold(id);
    vi.advanceTimersByTime(60_000);
    expect(toasts.list).toHaveLength(1);
    toasts.release(id);
    vi.advanceTimersByTime(3_900);
    expect(toasts.list).toHaveLength(1);
    vi.advanceTimersByTime(200);
    expect(toasts.list).toHaveLength(0);
  });
  test("no more than three are shown, the newest", () => {
    const toasts = new Toasts();
    for (const text of ["1", "2", "3", "4"]) toasts.say(text, text);
    expect(toasts.list.map((toast) => toast.text)).toEqual(["2", "3", "4"]);
  });
  test("of a kind there is one, the newest", () => {
    const toasts = new Toasts();
    toasts.say("trash", "1 version deleted", undo);
    toasts.say("saved", "Saved coffee.png");
    toasts.say("trash", "2 versions deleted", undo);
    expect(toasts.list.map((toast) => toast.text)).toEqual(["Saved coffee.png", "2 versions deleted"]);
    vi.advanceTimersByTime(11_900);
    expect(toasts.list.map((toast) => toast.text)).toEqual(["2 versions deleted"]);
  });
});

describe("undo", () => {
  test("takes back the last step first, each once", () => {
    const undo = new Undo();
    const done: string[] = [];
    undo.push(() => done.push("first"));
    undo.push(() => done.push("second"));
    expect([undo.back(), undo.back(), undo.back()]).toEqual([true, true, false]);
    expect(done).toEqual(["second", "first"]);
  });
  test("a step taken back by its toast is not taken back again by the key", () => {
    const undo = new Undo();
    const step = vi.fn();
    const byToast = undo.push(step);
    byToast();
    expect(undo.back()).toBe(false);
    expect(step).toHaveBeenCalledTimes(1);
  });
});
