import { beforeEach, describe, expect, test } from "vitest";
import { contained, Zoom } from "./zoom.svelte";

describe("zoom", () => {
  let zoom: Zoom;
  beforeEach(() => {
    zoom = new Zoom(1);
    zoom.stage = { width: 832, height: 632 };
    zoom.show({ width: 1600, height: 1200 });
  });

  /** The picture's pixel that lies at a point of the stage. */
  const pixelAt = (x: number, y: number) => [(x - zoom.rect.left) / zoom.scale, (y - zoom.rect.top) / zoom.scale];

  test("a picture fits with an edge around it", () => {
    expect(zoom.rect).toEqual({ left: 16, top: 16, width: 800, height: 600 });
    expect(zoom.percent).toBe(50);
    expect(zoom.canPan).toBe(false);
  });
  test("the pixel under the cursor stays under the cursor", () => {
    zoom.zoomAt(300, 200, 2);
    const before = pixelAt(300, 200);
    zoom.zoomAt(300, 200, 1.7);
    const after = pixelAt(300, 200);
    expect(after[0]).toBeCloseTo(before[0] ?? NaN, 6);
    expect(after[1]).toBeCloseTo(before[1] ?? NaN, 6);
  });
  test("100 % is one picture pixel per screen pixel, also on a dense screen", () => {
    const dense = new Zoom(2);
    dense.stage = { width: 832, height: 632 };
    dense.show({ width: 4000, height: 3000 });
    dense.actual();
    expect(dense.scale).toBe(0.5);
    expect(dense.percent).toBe(100);
  });
  test("a picture cannot be dragged off the stage", () => {
    zoom.actual();
    zoom.pan(10_000, 10_000);
    expect([zoom.rect.left, zoom.rect.top]).toEqual([0, 0]);
    zoom.pan(-10_000, -10_000);
    expect(zoom.rect.left + zoom.rect.width).toBe(832);
    expect(zoom.rect.top + zoom.rect.height).toBe(632);
  });
  test("zooming out ends where the picture fits, zooming in at 3200 %", () => {
    for (let n = 0; n < 60; n += 1) zoom.zoomOut();
    expect(zoom.percent).toBe(50);
    for (let n = 0; n < 60; n += 1) zoom.zoomIn();
    expect(zoom.percent).toBe(3200);
  });
  test("a tiny picture fits enlarged and can be looked at as it is", () => {
    zoom.show({ width: 100, height: 100 });
    expect(zoom.percent).toBe(600);
    zoom.actual();
    expect(zoom.percent).toBe(100);
  });
  test("another version of the same size is looked at in the same place", () => {
    zoom.zoomAt(100, 100, 4);
    const place = zoom.rect;
    zoom.show({ width: 1600, height: 1200 });
    expect(zoom.rect).toEqual(place);
    zoom.show({ width: 1200, height: 1600 });
    expect(zoom.fits).toBe(true);
  });
  test("the visible part is what lies on the stage", () => {
    zoom.actual();
    expect(zoom.visible).toEqual({ left: 0, top: 0, width: 832, height: 632 });
  });
  test("a stage without room yet draws nothing instead of failing", () => {
    zoom.stage = { width: 0, height: 0 };
    expect(zoom.scale).toBe(0);
  });
});

test("a turned picture is drawn inside the other's place without being stretched", () => {
  const rect = contained({ width: 400, height: 600 }, { left: 100, top: 0, width: 600, height: 400 });
  expect(rect.width / rect.height).toBeCloseTo(400 / 600);
  expect(rect.height).toBe(400);
  expect(rect.left + rect.width / 2).toBe(400);
});
