/**
 * Where the keyboard is. A view marks the thing one wants to be at with `data-main` (the first in the page wins), a running edit's
 * Cancel with `data-cancel`, what holds a new token with `data-token`.
 *
 * Where it went is shown, also to somebody who clicked before: the next Enter presses what they did not choose themselves.
 */
const goTo = (mark: string) =>
  document.querySelector<HTMLElement>(`[${mark}]`)?.focus({ preventScroll: true, focusVisible: true });

/** To what the view is about: the grid, the shown version, the heading. */
export const focusMain = () => goTo("data-main");

/** To the Cancel button of the edit on the stage. */
export const focusCancel = () => goTo("data-cancel");

/** To the control of a parameter, in the form of the Details. */
export function focusField(name: string) {
  const fields = [...document.querySelectorAll<HTMLElement>("[data-field]")];
  const field = fields.find(({ dataset }) => dataset["field"] === name);
  // The whole of it, with what is said below.
  field?.scrollIntoView({ block: "nearest" });
  field
    ?.querySelector<HTMLElement>(
      "select, textarea, input:not([tabindex]), [role=switch], [role=radio][tabindex='0'], [data-chip], .add",
    )
    ?.focus();
}

/** To a token that is shown this once. False when there is none, or the keyboard is at it already. */
export function focusToken(): boolean {
  const box = document.querySelector("[data-token]");
  if (!box || box.contains(document.activeElement)) return false;
  box.querySelector("button")?.focus();
  return true;
}

/**
 * Catches the keyboard when what it was at goes away (a card that closes, a version that is deleted, a list that is put away): engines
 * let it fall on the page itself, where Tab begins at the top again. Whoever knows a better place has taken it by then.
 */
export function keepFocus(): () => void {
  let last: Node | null = null;
  const note = ({ target }: FocusEvent) => (last = target instanceof Node ? target : null);
  const gone = new MutationObserver(() => {
    const nowhere = document.activeElement === null || document.activeElement === document.body;
    if (!last || last.isConnected || !nowhere) return;
    last = null;
    focusMain();
  });
  document.addEventListener("focusin", note);
  gone.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", note);
    gone.disconnect();
  };
}
