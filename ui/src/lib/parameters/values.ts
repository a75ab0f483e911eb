import type { Field, JsonValue } from "$lib/api/generated";

/** What is sent: the changed parameters by name. */
export type Values = { [name: string]: JsonValue };

/** What was typed: a value, nothing (the default holds), or why it is neither. */
export type Typed = { value: JsonValue } | { unset: true } | { wrong: string };

export const same = (one: JsonValue | undefined, other: JsonValue | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

/** A whole number keeps every digit: beyond what JavaScript can hold it travels as text. */
export function typedInteger(text: string, min: number | null, max: number | null): Typed {
  const typed = text.trim();
  if (!typed) return { unset: true };
  if (!/^[+-]?\d{1,20}$/.test(typed)) return { wrong: "A whole number." };
  const exact = BigInt(typed.replace("+", ""));
  const number = Number(exact);
  if ((min !== null && number < min) || (max !== null && number > max)) return { wrong: range(min, max) };
  return { value: Number.isSafeInteger(number) ? number : exact.toString() };
}

export function typedNumber(text: string, min: number | null, max: number | null): Typed {
  const typed = text.trim().replace(",", ".");
  if (!typed) return { unset: true };
  const number = Number(typed);
  if (!Number.isFinite(number)) return { wrong: "A number." };
  if ((min !== null && number < min) || (max !== null && number > max)) return { wrong: range(min, max) };
  return { value: number };
}

export function typedText(text: string, min: number | null, max: number | null): Typed {
  if (text === "") return { unset: true };
  const length = [...text].length;
  if (min !== null && length < min) return { wrong: `At least ${min} characters.` };
  if (max !== null && length > max) return { wrong: `At most ${max} characters; these are ${length}.` };
  return { value: text };
}

export function typedJson(text: string): Typed {
  if (!text.trim()) return { unset: true };
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return { wrong: "Not JSON yet." };
  }
}

/** `1 to 6`, `at least 1`: what a number may be. */
export function range(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return `${min} to ${max}.`;
  if (min !== null) return `At least ${min}.`;
  return max === null ? "" : `At most ${max}.`;
}

/** A value as it is shown in a field that is empty: fal's default. */
export function shown(value: JsonValue | null | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The field a problem is about: the one whose name, else whose title, its words contain. */
export function fieldNamed(detail: string, fields: Field[]): string | null {
  const longestFirst = [...fields].sort((a, b) => b.name.length - a.name.length);
  const says = (word: string) => new RegExp(`(^|[^\\w])${word.replace(/[^\w ]/g, "\\$&")}([^\\w]|$)`, "i").test(detail);
  const found = longestFirst.find(({ name }) => says(name)) ?? longestFirst.find(({ title }) => says(title));
  return found?.name ?? null;
}
