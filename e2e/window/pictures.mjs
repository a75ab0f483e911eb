// Pictures to test with, drawn by ImageMagick: no photograph is kept in the repository, and everybody tests with the same ones.

import { magick } from "./magick.mjs";

const SIZE = { width: 1200, height: 800 };

/** A cup of coffee on a wooden table, seen from above. */
export async function coffee(path) {
  const middle = { x: 610, y: 410 };
  // Noise on a narrow strip, pulled wide: the grain of wood, without the minute that a motion blur takes.
  const wood = [
    "-size",
    "24x800",
    "-seed",
    "4",
    "xc:gray50",
    "+noise",
    "Gaussian",
    "-blur",
    "0x0.7",
    "-resize",
    `${SIZE.width}x${SIZE.height}!`,
    "-swirl",
    "4",
    "-auto-level",
    "+level-colors",
    "#3f2312,#b5763f",
  ];
  const crema = [
    "(",
    "-size",
    "400x400",
    "-seed",
    "11",
    "plasma:",
    "-swirl",
    "260",
    "-blur",
    "0x2",
    "-colorspace",
    "gray",
    "-auto-level",
    "-colorspace",
    "sRGB",
    "+level-colors",
    "#5a2c10,#dba461",
    ...round(400),
    ")",
    ...at(middle, 400),
  ];
  await magick(
    ...wood,
    ...shadow({ x: middle.x + 34, y: middle.y + 40 }, 350, 26),
    ...disc(middle, 700, "#d8502f", "#9c2c17"),
    ...disc(middle, 560, "#b33a20", "#c9452a"),
    ...shadow({ x: middle.x + 22, y: middle.y + 26 }, 236, 18),
    ...disc({ x: middle.x + 232, y: middle.y - 60 }, 110, "#efe9df", "#d6cdbf"),
    ...disc({ x: middle.x + 232, y: middle.y - 60 }, 60, "#a93a22", "#98301b"),
    ...disc(middle, 470, "#cfc5b6", "#fbf7f0"),
    ...disc(middle, 424, "#6a5a4c", "#a39584"),
    ...crema,
    ...["(", "-size", "400x400", "radial-gradient:#0000-#0007", ...round(400), ")", ...at(middle, 400)],
    ...["-depth", "8", path],
  );
}

/** Hills in haze under a low sun. `hue`: 0 to 360, `seed` moves the hills. */
export async function hills(path, { hue, seed }) {
  const { width, height } = SIZE;
  const colour = (lightness, shift, saturation = 45) =>
    `hsl(${(hue + shift + 360) % 360},${saturation}%,${lightness}%)`;
  const layers = [0, 1, 2, 3, 4].flatMap((layer) => {
    const points = [];
    for (let x = 0; x <= width; x += 8) {
      const swing = [1.7, 3.1, 7.3].reduce(
        (sum, wave, n) => sum + Math.sin((x / width) * wave * 3 + seed * (n + 2) + layer * 1.9) / (n + 1.4),
        0,
      );
      points.push(`${x},${(height * (0.5 + layer * 0.1) - swing * (46 - layer * 3)).toFixed(1)}`);
    }
    return [
      "-fill",
      colour(66 - layer * 13, layer * 6, 30 + layer * 6),
      "-draw",
      `polygon 0,${height} ${points.join(" ")} ${width},${height}`,
    ];
  });
  await magick(
    ...["-size", `${width}x${height}`, `gradient:${colour(52, -20)}-${colour(88, 30, 75)}`],
    ...[
      "(",
      "-size",
      "520x520",
      `radial-gradient:rgba(255,246,220,0.9)-rgba(255,246,220,0)`,
      ")",
      ...at({ x: 760, y: 330 }, 520),
    ],
    ...["-fill", "#fff8e6", "-draw", "circle 760,330 760,284", ...layers],
    ...["-seed", String(seed), "-attenuate", "0.12", "+noise", "Gaussian", "-depth", "8", path],
  );
}

function disc(centre, size, inner, outer) {
  return [
    "(",
    "-size",
    `${size}x${size}`,
    `radial-gradient:${inner}-${outer}`,
    ...round(size),
    ")",
    ...at(centre, size),
  ];
}

/** Cut the current picture to a circle, with a soft edge of a pixel. */
function round(size) {
  const half = size / 2;
  const mask = [
    "(",
    "+clone",
    "-alpha",
    "off",
    "-fill",
    "black",
    "-colorize",
    "100",
    "-fill",
    "white",
    "-draw",
    `circle ${half},${half} ${half},1`,
    ")",
  ];
  return [
    "(",
    "+clone",
    ")",
    "-delete",
    "-1",
    "-alpha",
    "set",
    "(",
    "+clone",
    "-alpha",
    "extract",
    ")",
    ...mask,
    "(",
    "-clone",
    "-2,-1",
    "-compose",
    "multiply",
    "-composite",
    ")",
    "-delete",
    "1,2",
    "-compose",
    "CopyOpacity",
    "-composite",
  ];
}

function shadow({ x, y }, radius, blur) {
  return [
    "(",
    "-size",
    `${SIZE.width}x${SIZE.height}`,
    "xc:none",
    "-fill",
    "#000a",
    "-draw",
    `circle ${x},${y} ${x},${y - radius}`,
    "-blur",
    `0x${blur}`,
    ")",
    "-gravity",
    "NorthWest",
    "-geometry",
    "+0+0",
    "-compose",
    "over",
    "-composite",
  ];
}

function at({ x, y }, size) {
  return ["-gravity", "NorthWest", "-geometry", `+${x - size / 2}+${y - size / 2}`, "-compose", "over", "-composite"];
}
