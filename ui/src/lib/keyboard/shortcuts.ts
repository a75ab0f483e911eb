import type { Platform } from "$lib/host";

type Group = "Edit" | "Look" | "Pictures" | "Window";
type Shortcut = { keys: readonly string[]; does: string; group: Group };

/** Every key of the window, once: the listener, the tooltips and the list on `?` all read it. `Mod` is Ctrl, or ⌘ on a Mac. */
export const shortcuts = {
  run: { keys: ["Mod+Enter"], does: "Run the edit", group: "Edit" },
  older: { keys: ["Alt+ArrowUp"], does: "Earlier prompt", group: "Edit" },
  newer: { keys: ["Alt+ArrowDown"], does: "Later prompt", group: "Edit" },
  compose: { keys: ["P"], does: "Write a prompt", group: "Edit" },
  moveReference: {
    keys: ["Alt+ArrowLeft", "Alt+ArrowRight"],
    does: "Move a reference (on its picture)",
    group: "Edit",
  },
  favourite: { keys: ["Mod+."], does: "Favourite or not (in the list of models)", group: "Edit" },
  undo: { keys: ["Mod+Z"], does: "Undo the last deletion", group: "Edit" },
  cancel: { keys: ["Escape"], does: "Close or clear; on a running edit: go to Cancel", group: "Edit" },

  fit: { keys: ["0"], does: "Fit the picture", group: "Look" },
  actual: { keys: ["1"], does: "100 %", group: "Look" },
  zoomIn: { keys: ["+", "="], does: "Zoom in", group: "Look" },
  zoomOut: { keys: ["-"], does: "Zoom out", group: "Look" },
  pan: { keys: ["Space"], does: "Hold and drag to move the picture", group: "Look" },
  compare: { keys: ["C"], does: "Before and after on or off", group: "Look" },
  original: {
    keys: ["O", "Tab"],
    does: "Hold to see the original (Tab: when the picture has the focus)",
    group: "Look",
  },
  previous: { keys: ["ArrowUp"], does: "Previous version", group: "Look" },
  next: { keys: ["ArrowDown"], does: "Next version", group: "Look" },
  details: { keys: ["I"], does: "Details on or off", group: "Look" },
  versions: { keys: ["H"], does: "Versions on or off", group: "Look" },

  open: { keys: ["Mod+O"], does: "Open pictures", group: "Pictures" },
  paste: { keys: ["Mod+V"], does: "Paste a picture", group: "Pictures" },
  pasteReference: { keys: ["Mod+Shift+V"], does: "Paste a picture as reference", group: "Pictures" },
  save: { keys: ["Mod+S"], does: "Save a copy as", group: "Pictures" },
  copy: { keys: ["Mod+C"], does: "Copy the picture", group: "Pictures" },
  selectAll: { keys: ["Mod+A"], does: "Select all (Library)", group: "Pictures" },
  select: { keys: ["Space"], does: "Select or deselect (Library)", group: "Pictures" },
  delete: { keys: ["Delete"], does: "Delete, with undo", group: "Pictures" },

  studio: { keys: ["Mod+1"], does: "Studio", group: "Window" },
  library: { keys: ["Mod+2"], does: "Library", group: "Window" },
  settings: { keys: ["Mod+,"], does: "Settings", group: "Window" },
  keys: { keys: ["?"], does: "This list", group: "Window" },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof shortcuts;

const glyphs: Record<string, string> = {
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Delete: "Del",
  "-": "−",
};

/** A shortcut as it is printed: `Ctrl+↵`, on a Mac `⌘↵`. */
export function printed(name: ShortcutName, platform: Platform, which = 0): string {
  const parts = (shortcuts[name].keys[which] ?? shortcuts[name].keys[0]).split(/\+(?=.)/);
  const mac = platform === "mac";
  const names = parts.map((part) => {
    if (part === "Mod") return mac ? "⌘" : "Ctrl";
    if (part === "Alt") return mac ? "⌥" : "Alt";
    if (part === "Shift") return mac ? "⇧" : "Shift";
    return glyphs[part] ?? part;
  });
  return names.join(mac ? "" : "+");
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export function matches(event: Pressed, name: ShortcutName, platform: Platform): boolean {
  return shortcuts[name].keys.some((keys) => {
    const parts = keys.split(/\+(?=.)/);
    const key = parts.at(-1) ?? "";
    const mod = platform === "mac" ? event.metaKey : event.ctrlKey;
    const otherMod = platform === "mac" ? event.ctrlKey : event.metaKey;
    const pressed = event.key === " " ? "Space" : event.key;
    return (
      pressed.toLowerCase() === key.toLowerCase() &&
      mod === parts.includes("Mod") &&
      !otherMod &&
      event.altKey === parts.includes("Alt") &&
      (event.shiftKey === parts.includes("Shift") || isSign(key))
    );
  });
}

/** Signs like `?` and `+` need Shift on many keyboards; letters mean something else with it. */
const isSign = (key: string) => key.length === 1 && key.toLowerCase() === key.toUpperCase();

/** True where keys are text: shortcuts without Ctrl stay away from there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])")
  );
}
