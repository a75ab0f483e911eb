import type { PictureSize } from "../host";

export type Painted = { width: number; height: number };

/** Where the fake's pictures come from. On a page they are real pixels; in a unit test nobody looks. */
export interface Painter {
  url(versionId: string, size: PictureSize): string;
  original(versionId: string, name: string): Painted;
  edit(versionId: string, fromId: string, prompt: string): Promise<void>;
}

const PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

export const blankPainter: Painter = {
  url: () => PIXEL,
  original: () => ({ width: 600, height: 400 }),
  edit: async () => undefined,
};
