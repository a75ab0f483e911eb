import { isTyping, matches, type ShortcutName } from "$lib/keyboard/shortcuts";
import { isAtWork } from "$lib/jobs/state";
import type { Zoom } from "$lib/studio/zoom.svelte";
import { deleteSelected, deleteShown, run } from "./acts";
import type { App } from "./app.svelte";
import { pasteReference } from "./pictures";
import { focusCancel, focusMain, focusToken } from "./focus";

type Acts = Partial<Record<ShortcutName, () => unknown>>;

/** Keys that work wherever the keyboard is. */
const everywhere = (app: App): Acts => ({
  open: () => app.intake.open(),
  studio: () => app.layout.go("studio"),
  library: () => app.layout.go("library"),
  settings: () => app.layout.toggleSettings(),
  ...(app.layout.view === "studio" && app.studio.version
    ? {
        run: () => run(app),
        save: () => app.studio.version && app.output.saveAs(app.studio.version),
        pasteReference: () => pasteReference(app),
      }
    : {}),
});

/** Keys that are text where text is typed. */
const outsideText = (app: App): Acts => ({
  keys: () => (app.layout.keys = !app.layout.keys),
  undo: () => app.undo.back(),
  paste: () => app.intake.paste(),
  ...(app.layout.view === "studio" && app.studio.version ? inStudio(app) : {}),
  ...(app.layout.view === "library" ? { delete: () => deleteSelected(app) } : {}),
});

const inStudio = (app: App): Acts => ({
  ...zooming(app.zoom),
  compose: () => app.layout.focusPrompt(),
  older: () => walk(app, () => app.composer.older()),
  newer: () => walk(app, () => app.composer.newer()),
  compare: () => (app.comparison.on = !app.comparison.on),
  previous: () => app.studio.step(-1),
  next: () => app.studio.step(1),
  details: () => app.layout.toggleDetails(),
  versions: () => app.layout.toggleVersions(),
  copy: () => app.studio.version && app.output.copy(app.studio.version),
  delete: () => deleteShown(app),
});

function walk(app: App, step: () => void) {
  step();
  app.layout.focusPrompt();
}

const zooming = (zoom: Zoom): Acts => ({
  fit: () => zoom.fit(),
  actual: () => zoom.actual(),
  zoomIn: () => zoom.zoomIn(),
  zoomOut: () => zoom.zoomOut(),
});

/** Keys that mean something here and now. */
function actsNow(app: App, typing: boolean): Acts {
  const outside = typing ? {} : outsideText(app);
  if (app.layout.covered) return app.layout.keys && outside.keys ? { keys: outside.keys } : {};
  return { ...everywhere(app), ...outside };
}

/** Listens for every shortcut of the window. What a component handles itself it stops before it comes here. */
export function listen(app: App): () => void {
  const down = (event: KeyboardEvent) => {
    // While words are being composed (Japanese, Chinese), keys belong to the composing.
    if (event.defaultPrevented || event.isComposing || app.layout.question) return;
    if (event.key === "Escape") return void escape(app, event);
    const typing = isTyping(event.target);
    if (!typing && !app.layout.covered && holdsOriginal(event)) return event.repeat ? undefined : app.comparison.hold();
    const acts = actsNow(app, typing);
    const found = (Object.keys(acts) as ShortcutName[]).find((name) => matches(event, name, app.host.platform));
    // Selected words are copied as words.
    if (!found || (found === "copy" && getSelection()?.toString())) return;
    event.preventDefault();
    if (!event.repeat || found === "zoomIn" || found === "zoomOut" || found === "next" || found === "previous") {
      acts[found]?.();
    }
  };
  const up = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() === "o" && app.comparison.holdsOriginal) app.comparison.release();
  };
  window.addEventListener("keydown", down);
  window.addEventListener("keyup", up);
  return () => {
    window.removeEventListener("keydown", down);
    window.removeEventListener("keyup", up);
  };
}

const holdsOriginal = (event: KeyboardEvent) =>
  event.key.toLowerCase() === "o" && !event.ctrlKey && !event.metaKey && !event.altKey;

function escape(app: App, event: KeyboardEvent) {
  if (keepToken(app) || app.layout.closeTopmost() || app.notices.closeNewest() || leaveJob(app)) event.preventDefault();
  else if (app.layout.view === "library") app.selection.clear();
  else if (isTyping(event.target)) focusMain();
}

/** A token is not lost to an Esc that was meant for something else: the first leads to it, the next leaves it. */
const keepToken = ({ layout }: App): boolean => !layout.keys && !layout.activity && focusToken();

/** Closes the card of an edit that ended. A running one was paid for: Esc only goes to its Cancel button, which asks for a press of its own. */
function leaveJob({ layout, studio }: App): boolean {
  const { job } = studio;
  if (layout.view !== "studio" || !job) return false;
  if (isAtWork(job)) focusCancel();
  else studio.show({ kind: "version", id: job.input_id });
  return true;
}
