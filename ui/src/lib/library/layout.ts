import type { Item } from "$lib/api/generated";
import { dayOf } from "$lib/format/time";

export const GAP = 8;
export const HEADING = 40;
const SMALLEST_CELL = 176;

/** A row of the grid: a day's name, cells, or room for items that were not read yet. Heights are exact, so nothing is measured. */
export type Row =
  | { kind: "day"; key: string; day: string; height: number }
  | { kind: "cells"; key: string; first: number; count: number; height: number }
  | { kind: "unread"; key: string; count: number; height: number };

export type Grid = { columns: number; cell: number; rows: Row[] };

export function madeAt(item: Item): string {
  return item.job?.created_at ?? item.version?.created_at ?? "";
}

export function columnsOf(width: number): number {
  return Math.max(2, Math.floor((width + GAP) / (SMALLEST_CELL + GAP)));
}

/**
 * Lays out what was read by day, newest first, and leaves room for the rest: the scroll bar tells the truth about a library
 * of 100,000 from the first page on.
 */
export function layOut(items: Item[], total: number, width: number): Grid {
  const columns = columnsOf(width);
  const cell = Math.floor((width - GAP * (columns - 1)) / columns);
  const height = cell + GAP;
  const rows: Row[] = [];
  let day = "";
  items.forEach((item, index) => {
    const madeOn = dayOf(madeAt(item));
    if (madeOn !== day) {
      day = madeOn;
      rows.push({ kind: "day", key: `day ${day} ${index}`, day, height: HEADING });
    }
    const last = rows.at(-1);
    if (last?.kind === "cells" && last.count < columns) last.count += 1;
    else rows.push({ kind: "cells", key: item.id, first: index, count: 1, height });
  });
  for (let left = total - items.length; left > 0; left -= columns) {
    rows.push({ kind: "unread", key: `unread ${left}`, count: Math.min(left, columns), height });
  }
  return { columns, cell, rows };
}

/** The item above (-1) or below (1) of one, in the same column where the row is long enough. */
export function verticalNeighbour(rows: Row[], index: number, by: 1 | -1): number {
  const cells = rows.filter((row) => row.kind === "cells");
  const at = cells.findIndex((row) => index >= row.first && index < row.first + row.count);
  const here = cells[at];
  const there = cells[at + by];
  if (!here || !there) return index;
  return there.first + Math.min(index - here.first, there.count - 1);
}
