import type { Item } from "$lib/api/generated";
import { verticalNeighbour, type Row } from "./layout";
import type { Selection } from "./selection.svelte";

type Around = { rows: Row[]; items: Item[]; selection: Selection; open: (item: Item) => void };
type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

/** The Library's own keys: arrows move, Shift extends, Space selects, Enter opens. False for a key of somebody else's. */
export function gridKey(event: Pressed, { rows, items, selection, open }: Around): boolean {
  if (event.altKey) return false;
  const mod = event.ctrlKey || event.metaKey;
  const at = items.findIndex((item) => item.id === selection.current);
  const current = items[at];
  if (mod && event.key.toLowerCase() === "a") {
    selection.all(items.map((item) => item.id));
    return true;
  }
  if (event.key === "Enter" && !mod && current) {
    open(current);
    return true;
  }
  if (event.key === " " && current) {
    selection.toggle(current.id);
    return true;
  }
  const to = mod ? undefined : target(event.key, at, rows, items.length);
  const item = to === undefined ? undefined : items[Math.min(Math.max(to, 0), items.length - 1)];
  if (!item) return false;
  if (event.shiftKey) {
    selection.extendTo(
      item.id,
      items.map((one) => one.id),
    );
  } else {
    selection.moveTo(item.id);
  }
  return true;
}

function target(key: string, at: number, rows: Row[], count: number): number | undefined {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (at < 0) return key.startsWith("Arrow") ? 0 : undefined;
  if (key === "ArrowRight") return at + 1;
  if (key === "ArrowLeft") return at - 1;
  if (key === "ArrowDown") return verticalNeighbour(rows, at, 1);
  if (key === "ArrowUp") return verticalNeighbour(rows, at, -1);
  return undefined;
}
