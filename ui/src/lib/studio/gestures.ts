import { tick } from "svelte";
import type { Attachment } from "svelte/attachments";
import type { Comparison } from "./comparison.svelte";
import type { Zoom } from "./zoom.svelte";

const TAP = 220; // a Tab let go sooner than this was meant to move the focus

/**
 * Pointer and held keys on the stage: the wheel zooms at the cursor, dragging moves a picture that is larger than the stage (Space or the
 * middle button drags always), double click goes between fit and 100 %, holding Tab shows the original.
 *
 * Tab stays a way out: a tap moves the focus on, as everywhere; only holding it is ours. Shift+Tab is left alone.
 *
 * @param leave moves the focus to what follows the stage, when nothing on it takes the keyboard
 */
export function gestures(zoom: Zoom, comparison: Comparison, leave: () => void): Attachment<HTMLElement> {
  return (stage) => {
    let space = false;
    let dragging: { x: number; y: number } | null = null;
    let tabSince: number | null = null;

    const cursor = () => {
      stage.dataset["cursor"] = dragging ? "grabbing" : space || zoom.canPan ? "grab" : "";
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = stage.getBoundingClientRect();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      // A pinch on a touchpad arrives as a wheel with Ctrl and small steps.
      const speed = event.ctrlKey ? 0.01 : 0.0022;
      const factor = Math.exp(-event.deltaY * lines * speed);
      zoom.zoomAt(event.clientX - left, event.clientY - top, Math.min(2, Math.max(0.5, factor)));
      cursor();
    };
    const down = (event: PointerEvent) => {
      const ours = event.button === 1 || (event.button === 0 && (space || zoom.canPan));
      if (!ours || (event.target instanceof Element && event.target.closest("button, [role=slider]"))) return;
      if (event.button === 1) event.preventDefault();
      dragging = { x: event.clientX, y: event.clientY };
      stage.setPointerCapture(event.pointerId);
      cursor();
    };
    const move = (event: PointerEvent) => {
      if (!dragging) return cursor();
      zoom.pan(event.clientX - dragging.x, event.clientY - dragging.y);
      dragging = { x: event.clientX, y: event.clientY };
    };
    const up = () => {
      dragging = null;
      cursor();
    };
    const twice = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest("button, [role=slider]")) return;
      if (zoom.fits) zoom.actual();
      else zoom.fit();
    };
    const keydown = (event: KeyboardEvent) => {
      if (event.target !== stage) return;
      if (event.key === " ") {
        event.preventDefault();
        space = true;
        cursor();
      } else if (event.key === "Tab" && !event.shiftKey && !event.ctrlKey && !event.altKey) {
        event.preventDefault();
        if (tabSince !== null) return;
        tabSince = event.timeStamp;
        comparison.hold();
      }
    };
    const letGo = (event: Event) => {
      if (tabSince === null) return;
      comparison.release();
      const tapped = event.type === "keyup" && event.timeStamp - tabSince < TAP;
      tabSince = null;
      if (tapped) void moveOn();
    };
    const moveOn = async () => {
      await tick(); // while the original was held up, the line was not there
      const inside = stage.querySelector<HTMLElement>("button:not(:disabled), [role=slider]");
      if (inside) inside.focus();
      else leave();
    };
    const keyup = (event: KeyboardEvent) => {
      if (event.key === " ") space = false;
      if (event.key === "Tab") letGo(event);
      cursor();
    };

    const ending = new AbortController();
    const { signal } = ending;
    stage.addEventListener("wheel", wheel, { passive: false, signal });
    stage.addEventListener("pointerdown", down, { signal });
    stage.addEventListener("pointermove", move, { signal });
    stage.addEventListener("pointerup", up, { signal });
    stage.addEventListener("pointercancel", up, { signal });
    stage.addEventListener("dblclick", twice, { signal });
    stage.addEventListener("keydown", keydown, { signal });
    stage.addEventListener("keyup", keyup, { signal });
    stage.addEventListener("blur", letGo, { signal });
    window.addEventListener("blur", letGo, { signal });
    return () => ending.abort();
  };
}
