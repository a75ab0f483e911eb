export type Size = { width: number; height: number };
export type Rect = Size & { left: number; top: number };

const LARGEST = 32; // device pixels per picture pixel
const STEP = 1.25;
const MARGIN = 16; // around a picture that fits; one that is zoomed in goes to the edges

/**
 * Where the picture lies on the stage. All lengths are CSS pixels; `scale` is CSS pixels per picture pixel.
 * 100 % means one picture pixel on one pixel of the screen, whatever the screen's density.
 */
export class Zoom {
  stage = $state.raw<Size>({ width: 0, height: 0 });
  #picture = $state.raw<Size>({ width: 1, height: 1 });
  #density = 1;
  #chosen = $state<number | null>(null);
  #offset = $state.raw({ x: 0, y: 0 });

  readonly #fitting = $derived(
    Math.max(
      0,
      Math.min(
        (this.stage.width - 2 * MARGIN) / this.#picture.width,
        (this.stage.height - 2 * MARGIN) / this.#picture.height,
      ),
    ),
  );
  readonly fits = $derived(this.#chosen === null);
  readonly scale = $derived(this.#chosen ?? this.#fitting);
  readonly percent = $derived(Math.round(this.scale * this.#density * 100));
  readonly rect: Rect = $derived.by(() => {
    const width = this.#picture.width * this.scale;
    const height = this.#picture.height * this.scale;
    const { x, y } = this.#clamped(this.#offset, width, height);
    return { left: (this.stage.width - width) / 2 + x, top: (this.stage.height - height) / 2 + y, width, height };
  });
  /** The part of the picture that is on the stage. */
  readonly visible: Rect = $derived.by(() => {
    const left = Math.max(0, this.rect.left);
    const top = Math.max(0, this.rect.top);
    const right = Math.min(this.stage.width, this.rect.left + this.rect.width);
    const bottom = Math.min(this.stage.height, this.rect.top + this.rect.height);
    return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
  });
  readonly canPan = $derived(this.rect.width > this.stage.width + 1 || this.rect.height > this.stage.height + 1);

  /** @param density device pixels per CSS pixel */
  constructor(density = 1) {
    this.#density = density;
  }

  /** Another picture. A look that was zoomed in stays where it is when the size is the same, so that versions can be compared. */
  show(picture: Size) {
    if (picture.width === this.#picture.width && picture.height === this.#picture.height) return;
    this.#picture = { width: picture.width, height: picture.height };
    this.fit();
  }

  fit() {
    this.#chosen = null;
    this.#offset = { x: 0, y: 0 };
  }

  /** One picture pixel on one screen pixel. */
  actual() {
    this.#zoomTo(1 / this.#density, this.stage.width / 2, this.stage.height / 2);
  }

  /** Zooms by a factor and keeps the point of the picture at (x, y) of the stage where it is. */
  zoomAt(x: number, y: number, factor: number) {
    this.#zoomTo(this.scale * factor, x, y);
  }

  zoomIn() {
    this.zoomAt(this.stage.width / 2, this.stage.height / 2, STEP);
  }

  zoomOut() {
    this.zoomAt(this.stage.width / 2, this.stage.height / 2, 1 / STEP);
  }

  pan(dx: number, dy: number) {
    const { width, height } = this.rect;
    this.#offset = this.#clamped({ x: this.#offset.x + dx, y: this.#offset.y + dy }, width, height);
  }

  #zoomTo(wanted: number, x: number, y: number) {
    const smallest = Math.min(this.#fitting, 1 / this.#density);
    const scale = Math.min(Math.max(wanted, smallest), LARGEST / this.#density);
    const growth = scale / this.scale;
    const fromMiddle = { x: x - this.stage.width / 2, y: y - this.stage.height / 2 };
    const moved = {
      x: fromMiddle.x - (fromMiddle.x - this.#offset.x) * growth,
      y: fromMiddle.y - (fromMiddle.y - this.#offset.y) * growth,
    };
    this.#offset = this.#clamped(moved, this.#picture.width * scale, this.#picture.height * scale);
    this.#chosen = scale;
  }

  /** The picture never leaves the stage: it may move only as far as it is larger. */
  #clamped(offset: { x: number; y: number }, width: number, height: number) {
    const x = Math.max(0, (width - this.stage.width) / 2);
    const y = Math.max(0, (height - this.stage.height) / 2);
    return { x: Math.min(Math.max(offset.x, -x), x), y: Math.min(Math.max(offset.y, -y), y) };
  }
}

/** The largest place for a picture inside another's: where a cropped or turned version is drawn when it is compared. */
export function contained(picture: Size, place: Rect): Rect {
  const scale = Math.min(place.width / picture.width, place.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return {
    left: place.left + (place.width - width) / 2,
    top: place.top + (place.height - height) / 2,
    width,
    height,
  };
}
