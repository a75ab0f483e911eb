import { isTyping } from "$lib/keyboard/shortcuts";
import type { App } from "./app.svelte";

/** What the page itself must see to: a drop never navigates, a pasted picture is taken, a draft is saved before the page goes. */
export function watchPage(app: App): () => void {
  const stop = (event: Event) => event.preventDefault();
  const paste = (event: ClipboardEvent) => {
    // Text is pasted as text; outside of text the shortcut has already taken the picture.
    const types = event.clipboardData?.types ?? [];
    if (!isTyping(event.target) || types.includes("text/plain") || types.length === 0) return;
    event.preventDefault();
    void app.intake.paste();
  };
  const leaving = () => void app.composer.flush();

  const ending = new AbortController();
  const { signal } = ending;
  window.addEventListener("dragover", stop, { signal });
  window.addEventListener("drop", stop, { signal });
  window.addEventListener("contextmenu", menu, { signal });
  document.addEventListener("paste", paste, { signal });
  window.addEventListener("pagehide", leaving, { signal });
  window.addEventListener("blur", leaving, { signal });
  return () => ending.abort();
}

/** The web view's own menu (Reload, Back) belongs to a browser; where text is selected or typed it stays, for Copy and Paste. */
function menu(event: MouseEvent) {
  if (!isTyping(event.target) && !getSelection()?.toString()) event.preventDefault();
}
