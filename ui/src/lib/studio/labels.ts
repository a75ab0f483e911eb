import { wish } from "$lib/format/words";
import type { Version } from "$lib/api/generated";

/** What a version is called: the words it was made with, or that it is the original. */
export function labelOf(version: Version): string {
  return version.prompt === null ? "Original" : wish(version.prompt);
}
