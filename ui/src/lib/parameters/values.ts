import type { Field, JsonValue } from "$lib/api/generated";

/** What is sent: the changed parameters by name. */
export type Values = { [name: string]: JsonValue };

/** What was typed: a value, nothing (the default holds), or why it is neither. */
export type Typed = { value: JsonValue } | { unset: true } | { wrong: string };

export const same = (one: JsonValue | undefined, other: JsonValue | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

/** What a number may be. */
export type Bounds = { min: number | null; max: number | null; step: number | null };

/** A whole number keeps every digit: beyond what JavaScript can hold it travels as text. */
export function typedInteger(text: string, bounds: Bounds): Typed {
  const typed = text.trim();
  if (!typed) return { unset: true };
  if (!/^[+-]?\d{1,20}$/.test(typed)) return { wrong: "A whole number." };
  const exact = BigInt(typed.replace("+", ""));
  const wrong = outside(Number(exact), bounds);
  if (wrong !== null) return { wrong };
  return { value: Number.isSafeInteger(Number(exact)) ? Number(exact) : exact.toString() };
}

export function typedNumber(text: string, bounds: Bounds): Typed {
  const typed = text.trim().replace(",", ".");
  if (!typed) return { unset: true };
  const number = Number(typed);
  if (!Number.isFinite(number)) return { wrong: "A number." };
  const wrong = outside(number, bounds);
  return wrong === null ? { value: number } : { wrong };
}

function outside(number: number, { min, max, step }: Bounds): string | null {
  if ((min !== null && number < min) || (max !== null && number > max)) return range(min, max);
  // Not `%`: 0.3 is a multiple of 0.1, whatever its last bit says.
  const steps = step ? number / step : 0;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? `A multiple of ${step}.` : null;
}

/** Width and height as they stand in two boxes, `1024×768` as one text. */
export function typedSize(text: string, min: number, max: number | null): Typed {
  const [width, height] = sidesOf(text).map((side) => typedInteger(side, { min, max, step: null }));
  if (width && "value" in width && height && "value" in height) {
    return { value: { width: width.value, height: height.value } };
  }
  return { wrong: `Width and height: ${max === null ? "at least " + grouped(min) : range(min, max).slice(0, -1)}.` };
}

/** The two sides of `1024×768`, each as it was typed. */
export const sidesOf = (text: string): [string, string] => {
  const [width = "", height = ""] = text.split("×");
  return [width, height];
};

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
  if (min !== null && max !== null) return `${grouped(min)} to ${grouped(max)}.`;
  if (min !== null) return `At least ${grouped(min)}.`;
  return max === null ? "" : `At most ${grouped(max)}.`;
}

/** Digits in threes once there are too many to take in at a glance. */
const grouped = (number: number) => (Math.abs(number) < 100_000 ? String(number) : number.toLocaleString("en-US"));

/** Where null is something else than leaving it out, it can be chosen. */
export const isClearable = (field: Field) => field.nullable && field.default !== null;

/** A value as it is shown in a field that is empty: fal's default. */
export function shown(value: JsonValue | null | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value as JSON to read and to change. */
export const printed = (value: JsonValue | undefined) => (value === undefined ? "" : JSON.stringify(value, null, 1));

/** A version as a parameter names it. */
export const asPicture = (id: string): JsonValue => ({ version_id: id });

/** The versions a value names, each once. A picture may also be an address that somebody typed as JSON: that is none. */
export function versionsIn(value: JsonValue | undefined): string[] {
  const pictures = Array.isArray(value) ? value : [value ?? null];
  return [...new Set(pictures.map(versionIn).filter((id) => id !== null))];
}

/** What is left of a value once these versions are gone; null: nothing. */
export function withoutVersions(value: JsonValue, gone: string[]): JsonValue {
  const isLeft = (picture: JsonValue) => !gone.includes(versionIn(picture) ?? "");
  const left = (Array.isArray(value) ? value : [value]).filter(isLeft);
  if (left.length === 0) return null;
  return Array.isArray(value) ? left : value;
}

function versionIn(picture: JsonValue): string | null {
  if (typeof picture !== "object" || picture === null || Array.isArray(picture)) return null;
  const id = picture["version_id"];
  return typeof id === "string" ? id : null;
}
