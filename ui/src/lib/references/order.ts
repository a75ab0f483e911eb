/** These after those that are there, each once. */
export const added = (ids: string[], more: string[]): string[] => [...new Set([...ids, ...more])];

/** One of them at another place, counted from 0 and within the ends. One that is not among them changes nothing. */
export function moved(ids: string[], id: string, to: number): string[] {
  const others = ids.filter((known) => known !== id);
  if (others.length === ids.length) return ids;
  return others.toSpliced(Math.max(0, to), 0, id);
}
