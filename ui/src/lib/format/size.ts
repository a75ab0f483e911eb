/** A file's size in decimal units, as file managers say it: `456 KB`, `1.2 MB`. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let size = count;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function pixels(width: number, height: number): string {
  return `${width} × ${height}`;
}

/** `PNG`, `JPEG`: a media type as people say it. */
export function mediaName(mediaType: string): string {
  return (mediaType.split("/")[1] ?? mediaType).toUpperCase();
}

/** `1 edit`, `2 edits`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
}
