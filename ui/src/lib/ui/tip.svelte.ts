import { untrack } from "svelte";
import type { Attachment } from "svelte/attachments";

type Tip = { text: string; keys: string; beside: DOMRect };

const DELAY = 450;
const STILL_WARM = 300;

/** The one tooltip of the window. Drawn by TipLayer; a control asks for it with `{@attach tip(text, keys)}`. */
class Tips {
  shown = $state.raw<Tip | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenAt = 0;

  want(element: Element, text: string, keys: string) {
    clearTimeout(this.#timer);
    const show = () => (this.shown = { text, keys, beside: element.getBoundingClientRect() });
    if (Date.now() - this.#hiddenAt < STILL_WARM) show();
    else this.#timer = setTimeout(show, DELAY);
  }

  hide = () => {
    clearTimeout(this.#timer);
    // Also while something is drawn: a button that goes away with the keyboard on it loses the focus right then.
    untrack(() => {
      if (this.shown) this.#hiddenAt = Date.now();
      this.shown = null;
    });
  };
}

export const tips = new Tips();

/** A tooltip on hover and on keyboard focus: the words, and the key that does the same. */
export function tip(text: string, keys = ""): Attachment {
  return (element) => {
    const want = () => tips.want(element, text, keys);
    const focused = () => element.matches(":focus-visible") && want();
    const ending = new AbortController();
    const { signal } = ending;
    element.addEventListener("pointerenter", want, { signal });
    element.addEventListener("focus", focused, { signal });
    for (const leaving of ["pointerleave", "blur", "pointerdown", "keydown"]) {
      element.addEventListener(leaving, tips.hide, { signal });
    }
    return () => {
      tips.hide();
      ending.abort();
    };
  };
}
