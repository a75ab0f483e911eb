import type { LedgerLine } from "$lib/api/generated";
import { dayOf } from "$lib/format/time";
import { dollars } from "./words";

/** The lines of one day, newest first, and their sum in words; empty for a day that is not read to its end. */
export type LedgerDay = { day: string; lines: LedgerLine[]; sum: string };

/** What a line adds to what was spent: nothing where nothing was charged, null where nobody knows. */
const spent = ({ charged, cost, estimate }: LedgerLine) => (charged === "no" ? 0 : (cost ?? estimate));

/** @param more the ledger goes on below these lines */
export function daysOf(lines: LedgerLine[], more: boolean): LedgerDay[] {
  const days: LedgerDay[] = [];
  for (const line of lines) {
    const day = dayOf(line.at);
    if (days.at(-1)?.day !== day) days.push({ day, lines: [], sum: "" });
    days.at(-1)?.lines.push(line);
  }
  const whole = more ? days.slice(0, -1) : days;
  for (const day of whole) day.sum = sumOf(day.lines);
  return days;
}

function sumOf(lines: LedgerLine[]): string {
  const amounts = lines.map(spent);
  const unknown = amounts.filter((amount) => amount === null).length;
  const sum = dollars(amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0));
  return unknown > 0 ? `${sum} and ${unknown} without a known price` : sum;
}
