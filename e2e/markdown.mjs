// The little of Markdown that is needed to find commands in a page.

/**
 * What stands under a heading of the second level, up to the next one.
 * @param {string} page
 * @param {string} heading
 * @returns {string | undefined}
 */
export function section(page, heading) {
  const lines = page.split("\n");
  const begin = lines.indexOf(`## ${heading}`);
  if (begin < 0) return undefined;
  let fenced = false;
  const end = lines.findIndex((line, at) => {
    if (at > begin && line.startsWith("```")) fenced = !fenced;
    // In a block of commands that is a comment.
    return at > begin && !fenced && /^##? /.test(line);
  });
  return lines.slice(begin + 1, end < 0 ? undefined : end).join("\n");
}

/**
 * The blocks that a POSIX shell runs, in order. Blocks of PowerShell and of output say so behind their fence and are left out.
 * @param {string} text
 * @returns {string[]}
 */
export function commands(text) {
  return [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
}
