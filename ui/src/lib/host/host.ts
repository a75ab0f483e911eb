import type { Call } from "$lib/api/call";
import type { Event as Announcement } from "$lib/api/generated";

/** How large a picture is wanted: a cell, the window, or every pixel. */
export type PictureSize = "thumb" | "screen" | "full";

export type Platform = "mac" | "windows" | "linux";

/** Files dragged over the window, and where, in CSS pixels (none where the host does not know). The paths come with `drop` only. */
export type Drop = { type: "over"; at?: Point } | { type: "leave" } | { type: "drop"; paths: string[]; at?: Point };

export type Point = { x: number; y: number };

/** Ends a subscription. */
export type Unlisten = () => void;

/**
 * What the page needs from the program around it: the core's operations, and the few things only a window can do.
 *
 * Pictures are ids here; only a host knows how to turn one into an address. There is deliberately no way to read a file,
 * open an address of the page's choosing or run a program.
 */
export interface Host {
  readonly platform: Platform;
  readonly call: Call;
  /** Resolves once listening: what is announced after that is not missed. */
  onEvent(heard: (event: Announcement) => void): Promise<Unlisten>;
  onDrop(dropped: (drop: Drop) => void): Promise<Unlisten>;
  pictureUrl(versionId: string, size: PictureSize): string;
  /** Absolute paths of pictures the user chose; empty when the dialog was closed. */
  openDialog(): Promise<string[]>;
  /** Absolute path the user chose to save to; null when the dialog was closed. */
  saveDialog(suggestedName: string): Promise<string | null>;
}
