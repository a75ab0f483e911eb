import { describe, expect, test } from "vitest";
import { isTyping, matches, printed, shortcuts, type ShortcutName } from "./shortcuts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  ...{ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false },
  ...held,
});

describe("shortcuts", () => {
  test("are printed as each system writes them", () => {
    expect([
      printed("run", "linux"),
      printed("run", "mac"),
      printed("older", "linux"),
      printed("delete", "windows"),
    ]).toEqual([...["Ctrl+↵", "⌘↵", "Alt+↑", "Del"]]);
  });
  test("Mod is Ctrl here and Command on a Mac, and never both", () => {
    expect(matches(press("s", { ctrlKey: true }), "save", "linux")).toBe(true);
    expect(matches(press("s", { metaKey: true }), "save", "mac")).toBe(true);
    expect(matches(press("s", { ctrlKey: true }), "save", "mac")).toBe(false);
    expect(matches(press("s", { ctrlKey: true, metaKey: true }), "save", "linux")).toBe(false);
  });
  test("signs are found with or without Shift, letters only without", () => {
    expect(matches(press("?", { shiftKey: true }), "keys", "linux")).toBe(true);
    expect(matches(press("+", { shiftKey: true }), "zoomIn", "linux")).toBe(true);
    expect(matches(press("="), "zoomIn", "linux")).toBe(true);
    expect(matches(press("Z", { ctrlKey: true, shiftKey: true }), "undo", "linux")).toBe(false);
    expect(matches(press("I"), "details", "linux")).toBe(true);
  });
  test("no key means two things, but for Space and Escape which mean one thing per place", () => {
    const used = new Map<string, ShortcutName>();
    for (const [name, { keys }] of Object.entries(shortcuts)) {
      for (const key of keys) {
        if (key === "Space") continue;
        expect(used.get(key), `${key} is ${used.get(key)} and ${name}`).toBeUndefined();
        used.set(key, name as ShortcutName);
      }
    }
  });
  test("where text is typed, letters are text", () => {
    const area = document.createElement("textarea");
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    expect([isTyping(area), isTyping(box), isTyping(document.body), isTyping(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
