import { configure } from "@testing-library/svelte";
import { vi } from "vitest";

// What jsdom lacks and a component may ask for. Nothing here answers a question a test asks.
vi.stubGlobal("matchMedia", (media: string) => ({
  ...{
    media,
    matches: media.includes("min-width"),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  },
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.setPointerCapture = () => undefined;
Element.prototype.animate ??= () => ({ finished: Promise.resolve(), cancel: () => undefined }) as unknown as Animation;

// Finding by role is slow in jsdom; a busy machine shall not decide.
configure({ asyncUtilTimeout: 10_000 });
