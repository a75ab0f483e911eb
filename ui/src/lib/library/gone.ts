import type { Item } from "$lib/api/generated";
import { count } from "$lib/format/size";

/**
 * What a deletion takes away, in words: `coffee.png and 5 versions`. `read` is the Library as far as it was read; what was made from a
 * picture is newer than the picture, so it was read before it.
 */
export function goneWords(ids: string[], read: Item[]): string {
  const chosen = new Set(ids);
  const originals = read.filter((item) => !item.job && chosen.has(item.id));
  const roots = new Set(originals.map((item) => item.id));
  const runs = read.filter(({ id, job }) => job && (chosen.has(id) || roots.has(job.root_id)));
  const versions = runs.filter((item) => item.version).length;
  return told(
    originals.map((item) => item.version?.name ?? ""),
    versions,
    runs.length - versions,
  );
}

/** One picture is said by its name, several are counted. An attempt is a run that made nothing. */
export function told(names: string[], versions: number, attempts = 0): string {
  const [name = ""] = names;
  const parts = [
    names.length > 1 ? count(names.length, "picture") : name,
    versions > 0 ? count(versions, "version") : "",
    attempts > 0 ? count(attempts, "attempt") : "",
  ].filter(Boolean);
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : (parts[0] ?? "");
}
