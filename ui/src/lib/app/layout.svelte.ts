import { MediaQuery } from "svelte/reactivity";

export type View = "studio" | "library" | "settings";

/** A question that must be answered, because something would be lost. The only modal thing there is. */
export type Question = { title: string; text: string; confirm: string; cancel: string; loss: boolean; run: () => void };

/** Which view and which panels are open. Nothing here outlives the window. */
export class Layout {
  #view = $state<View>("studio");
  #back: View = "studio";
  readonly view = $derived(this.#view);
  keys = $state(false);
  activity = $state(false);
  question = $state.raw<Question | null>(null);
  /** Goes up when the prompt, or the key field, should take the keyboard. */
  promptWanted = $state(0);
  keyWanted = $state(0);

  #wide = new MediaQuery("min-width: 1080px", true);
  #details = $state<boolean | null>(null);
  #versions = $state(true);
  /** In a wide window both panels stand beside the picture; in a narrow one Details take the place of the Versions. */
  readonly details = $derived(this.#details ?? this.#wide.current);
  readonly versions = $derived(this.#versions && (this.#wide.current || !this.details));

  go(view: View) {
    if (view === "settings" && this.#view !== "settings") this.#back = this.#view;
    this.#view = view;
    this.activity = false;
  }

  toggleSettings() {
    if (this.#view === "settings") this.go(this.#back);
    else this.go("settings");
  }

  toggleDetails() {
    this.#details = !this.details;
  }

  toggleVersions() {
    const open = !this.versions;
    this.#versions = open;
    if (open && !this.#wide.current) this.#details = false;
  }

  focusPrompt() {
    this.promptWanted += 1;
  }

  openKeySettings() {
    this.go("settings");
    this.keyWanted += 1;
  }

  ask(question: Question) {
    this.question = question;
  }

  /** Closes the topmost thing that Esc closes. False when nothing is open. */
  closeTopmost(): boolean {
    if (this.keys) this.keys = false;
    else if (this.activity) this.activity = false;
    else if (this.#view === "settings") this.toggleSettings();
    else return false;
    return true;
  }
}
