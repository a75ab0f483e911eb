// ImageMagick, for drawing pictures and for comparing them.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** ImageMagick with the given arguments; what it prints. */
export async function magick(...args) {
  const { stdout } = await run("convert", args, { maxBuffer: 1 << 20 });
  return stdout;
}

/** How different two pictures are inside a rectangle: root of the mean squared difference, 0 (same) to 1. */
export async function difference(one, two, { x, y, width, height }) {
  const crop = ["-crop", `${width}x${height}+${x}+${y}`, "+repage"];
  const mean = await magick(
    "(",
    one,
    ...crop,
    ")",
    "(",
    two,
    ...crop,
    ")",
    "-compose",
    "difference",
    "-composite",
    "-evaluate",
    "pow",
    "2",
    "-format",
    "%[fx:mean]",
    "info:",
  );
  return Math.sqrt(Number(mean));
}
