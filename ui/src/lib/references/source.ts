import type { PictureSize } from "$lib/host";

/** Pictures of the Library are being picked for something. */
export type Picking = {
  title: string;
  take: (ids: string[]) => void;
  /** How many more fit; null: nobody said how many. */
  most: number | null;
  /** Not shown: what is there already. */
  without: string[];
  /** Where the keyboard goes back to. */
  opener: HTMLElement | null;
};

/** Where a picture for a field or a reference can come from. Each answers with ids of versions that are in the Library by then. */
export type Source = {
  pictureUrl: (id: string, size: PictureSize) => string;
  /** What a version is called; null until that is known. */
  name: (id: string) => string | null;
  /** Files the user chooses, added first. */
  files: () => Promise<string[]>;
  /** The picture on the clipboard, added first. */
  paste: () => Promise<string[]>;
  /** Opens the small Library; what is picked comes through `take`. */
  library: (picking: Picking) => void;
};
