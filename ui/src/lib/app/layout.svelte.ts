import { MediaQuery } from "svelte/reactivity";
import type { Picking } from "$lib/references/source";

export type View = "studio" | "library" | "settings";

/** Where the keyboard should go next. A new object each time, so that the same wish is heard twice. */
export type FocusWish = { to: "main" | "prompt" | "problem" | "key" | "spending" };

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
  picking = $state.raw<Picking | null>(null);
  /** The last wish counts: a view that opens with its prompt wanted does not take the keyboard for itself. */
  #wish = $state.raw<FocusWish | null>(null);

  #wide = new MediaQuery("min-width: 1080px", true);
  #details = $state<boolean | null>(null);
  #versions = $state(true);
  /** In a wide window both panels stand beside the picture; in a narrow one Details take the place of the Versions. */
  readonly details = $derived(this.#details ?? this.#wide.current);
  readonly versions = $derived(this.#versions && (this.#wide.current || !this.details));

  /** Something lies over the view: keys that act on what is below would act unseen. */
  get covered(): boolean {
    return this.question !== null || this.picking !== null || this.keys;
  }

  go(view: View) {
    if (view === "settings" && this.#view !== "settings") this.#back = this.#view;
    this.#view = view;
    this.activity = false;
    this.#wish = { to: "main" };
  }

  /** The wish when it is for this place, else null. */
  wanted(to: FocusWish["to"]): FocusWish | null {
    return this.#wish?.to === to ? this.#wish : null;
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
    this.#wish = { to: "prompt" };
  }

  /** To what keeps the edit from running. */
  focusProblem() {
    this.#wish = { to: "problem" };
  }

  openKeySettings() {
    this.go("settings");
    this.#wish = { to: "key" };
  }

  openSpending() {
    this.go("settings");
    this.#wish = { to: "spending" };
  }

  showDetails() {
    this.#details = true;
  }

  ask(question: Question) {
    this.question = question;
  }

  /** Closes the topmost thing that Esc closes. False when nothing is open. */
  closeTopmost(): boolean {
    if (this.picking) this.picking = null;
    else if (this.keys) this.keys = false;
    else if (this.activity) this.activity = false;
    else if (this.#view === "settings") this.toggleSettings();
    else return false;
    return true;
  }
}
