import type { PictureSize } from "$lib/host";

/** Where a picture for a field or a reference can come from. Each answers with ids of versions that are in the Library by then. */
export type Source = {
  pictureUrl: (id: string, size: PictureSize) => string;
  /** Files the user chooses, added first. */
  files: () => Promise<string[]>;
  /** The picture on the clipboard, added first. */
  paste: () => Promise<string[]>;
  /** Opens the small Library; what is picked comes through `take`. */
  library: (title: string, take: (ids: string[]) => void) => void;
};
