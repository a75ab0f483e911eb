import type { PictureSize } from "../host";
import type { Painted, Painter } from "./painter";

type Sheet = { source: HTMLCanvasElement; url: string };

/** Real pixels for the fake: photographs when the dev server offers some, else drawn gradients; edits are canvas filters. */
export async function canvasPainter(): Promise<Painter & { names: string[] }> {
  const photos = new Map<string, Sheet>();
  const listed: string[] = await fetch("pictures/index.json")
    .then((answer) => answer.json())
    .catch(() => []);
  for (const name of listed) {
    const photo = new Image();
    photo.src = `pictures/${name}`;
    await photo.decode();
    photos.set(name, await sheet(photo.naturalWidth, photo.naturalHeight, (on) => on.drawImage(photo, 0, 0)));
  }
  if (photos.size === 0) photos.set("sample.png", await sheet(900, 600, drawSample));

  const names = [...photos.keys()];
  const byVersion = new Map<string, Sheet>();
  const photo = (name: string) => photos.get(name) ?? photos.get(names[0] ?? "");

  return {
    names,
    url: (versionId: string, _size: PictureSize) => byVersion.get(versionId)?.url ?? "",
    original(versionId: string, name: string): Painted {
      const found = photo(name);
      if (!found) throw new Error("no pictures");
      byVersion.set(versionId, found);
      return found.source;
    },
    async edit(versionId: string, fromId: string, prompt: string) {
      const from = byVersion.get(fromId);
      if (!from) return;
      const { width, height } = from.source;
      const paint = (on: CanvasRenderingContext2D) => {
        on.filter = filterFor(prompt);
        on.drawImage(from.source, 0, 0);
        if (/vignette|cinematic/.test(prompt)) vignette(on, width, height);
      };
      byVersion.set(versionId, await sheet(width, height, paint));
    },
  };
}

async function sheet(width: number, height: number, paint: (on: CanvasRenderingContext2D) => void): Promise<Sheet> {
  const source = document.createElement("canvas");
  Object.assign(source, { width, height });
  const on = source.getContext("2d");
  if (!on) throw new Error("no canvas");
  paint(on);
  const blob = await new Promise<Blob | null>((done) => source.toBlob(done, "image/jpeg", 0.9));
  return { source, url: blob ? URL.createObjectURL(blob) : source.toDataURL() };
}

const wishes: [RegExp, string][] = [
  [/black and white|silver/, "grayscale(1) contrast(1.25)"],
  [/warm|golden|sunset|autumn/, "sepia(0.45) saturate(1.7) brightness(1.06)"],
  [/cool|morning|snow/, "hue-rotate(-14deg) saturate(0.75) brightness(1.08)"],
  [/screen print|newspaper|etching/, "contrast(2.2) saturate(1.9)"],
  [/blue/, "hue-rotate(200deg)"],
];

function filterFor(prompt: string): string {
  const wanted = wishes.filter(([words]) => words.test(prompt)).map(([, filter]) => filter);
  return wanted.join(" ") || "saturate(1.5) contrast(1.1)";
}

function vignette(on: CanvasRenderingContext2D, width: number, height: number) {
  on.filter = "none";
  const shade = on.createRadialGradient(width / 2, height / 2, height / 3, width / 2, height / 2, width / 1.5);
  shade.addColorStop(0, "transparent");
  shade.addColorStop(1, "rgb(0 0 0 / 65%)");
  on.fillStyle = shade;
  on.fillRect(0, 0, width, height);
}

function drawSample(on: CanvasRenderingContext2D) {
  const sky = on.createLinearGradient(0, 0, 0, 600);
  for (const [at, colour] of [
    ["0", "#26355d"],
    ["0.55", "#c96f53"],
    ["0.56", "#3c4a3f"],
    ["1", "#151d1a"],
  ] as const) {
    sky.addColorStop(Number(at), colour);
  }
  on.fillStyle = sky;
  on.fillRect(0, 0, 900, 600);
  on.fillStyle = "#ffd9a0";
  on.beginPath();
  on.arc(610, 290, 70, 0, Math.PI * 2);
  on.fill();
}
