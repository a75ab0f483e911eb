import type { Field } from "$lib/api/generated";

/** A field as people call it: what they give is a picture, whatever fal makes of it on the way. */
export function named(field: Field): Field {
  const isPicture = field.kind.kind === "image" || field.kind.kind === "images";
  return isPicture ? { ...field, title: field.title.replace(/ URLs?$/i, "") } : field;
}

/** A title inside a sentence: `Mask Image` as `mask image`; what is written in capitals stays (`LoRA`, `IP`). */
export const lowered = (title: string) => title.replace(/(?<!\w)[A-Z][a-z]*(?!\w)/g, (word) => word.toLowerCase());

/** The field a problem is about: the one whose name, else whose title, its words contain. */
export function fieldNamed(detail: string, fields: Field[]): string | null {
  const longestFirst = [...fields].sort((a, b) => b.name.length - a.name.length);
  const says = (word: string) => new RegExp(`(^|[^\\w])${word.replace(/[^\w ]/g, "\\$&")}([^\\w]|$)`, "i").test(detail);
  const found = longestFirst.find(({ name }) => says(name)) ?? longestFirst.find(({ title }) => says(title));
  return found?.name ?? null;
}

/** Why a value is refused, to be read at its field: `The parameter steps must be a multiple of 4. …` is `A multiple of 4.` */
export function reason(detail: string, name: string): string {
  const [first = detail] = detail.match(/^.*?[.!?](?=\s|$)/) ?? [];
  const about = new RegExp(
    `^(?:The parameter )?\`?${name.replace(/[^\w]/g, "\\$&")}(?:\\.([\\w.]+))?\`?:? +`,
    "i",
  ).exec(first);
  if (!about) return first;
  const said = first.slice(about[0].length).replace(/^must be (?=at |an? |more |less |one )/, "");
  return capital(about[1] ? `${about[1]}: ${said}` : said);
}

const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
