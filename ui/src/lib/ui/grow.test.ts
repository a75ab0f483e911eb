import { expect, test, vi } from "vitest";
import { grow } from "./grow";

test("a box is as high as its text, and again when its lines break anew", () => {
  let resized = () => {};
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(heard: () => void) {
        resized = heard;
      }
      observe() {}
      disconnect() {}
    },
  );
  const box = document.createElement("textarea");
  const size = { clientWidth: 600, scrollHeight: 40 };
  for (const name of ["clientWidth", "scrollHeight"] as const) {
    Object.defineProperty(box, name, { get: () => size[name] });
  }
  grow("three lines")(box);
  expect(box.style.height).toBe("40px");
  Object.assign(size, { clientWidth: 400, scrollHeight: 80 });
  resized();
  expect(box.style.height).toBe("80px");
  size.scrollHeight = 90;
  resized();
  expect(box.style.height).toBe("80px");
  vi.unstubAllGlobals();
});
