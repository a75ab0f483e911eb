import type { Host } from "./host";
import { tauriHost } from "./tauri";

export type { Drop, Host, PictureSize, Platform, Point, Unlisten } from "./host";

/** The host this page runs in. The fake one exists in `vite dev` outside a window and in `--mode fake`, never in what ships. */
export async function openHost(): Promise<Host> {
  if (import.meta.env.MODE === "fake" || (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window))) {
    const { fakeFromAddress } = await import("./fake/page");
    return fakeFromAddress(new URL(location.href));
  }
  return tauriHost();
}
