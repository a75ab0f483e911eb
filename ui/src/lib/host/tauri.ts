import { convertFileSrc, invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import { open, save } from "@tauri-apps/plugin-dialog";
import { asProblem, Failure, type Call } from "$lib/api/call";
import type { Event as Announcement } from "$lib/api/generated";
import type { Host, Platform } from "./host";

const OPENABLE = ["png", "jpg", "jpeg", "webp", "gif", "tif", "tiff", "bmp"];

/** The real window. */
export function tauriHost(): Host {
  // convertFileSrc knows how each system spells a custom scheme, but percent-encodes slashes: only the base is taken from it.
  const pictures = convertFileSrc("", "overpaint");

  const call: Call = async (operation, ...request) => {
    try {
      return await invoke(operation, { request: request[0] ?? null });
    } catch (thrown) {
      throw new Failure(asProblem(thrown));
    }
  };

  const platform = platformOf(navigator.userAgent);
  return {
    platform,
    call,
    onEvent: (heard) => listen<Announcement>("overpaint", (event) => heard(event.payload)),
    onDrop: (dropped) =>
      getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === "leave") return dropped({ type: "leave" });
        const at = onPage(payload.position, platform, devicePixelRatio);
        if (payload.type === "drop") dropped({ type: "drop", paths: payload.paths, at });
        else dropped({ type: "over", at });
      }),
    pictureUrl: (versionId, size) => `${pictures}version/${encodeURIComponent(versionId)}/${size}`,
    openDialog: async () => {
      const filters = [
        { name: "Pictures", extensions: [...OPENABLE, ...OPENABLE.map((ending) => ending.toUpperCase())] },
        { name: "All files", extensions: ["*"] },
      ];
      return (await open({ multiple: true, title: "Open pictures", filters })) ?? [];
    },
    saveDialog: (suggestedName) => save({ title: "Save a copy", defaultPath: suggestedName }),
  };
}

/**
 * Where a drag is, in pixels of the page. Tauri calls the position physical, which is true on Windows only: GTK and AppKit count as the page does
 * (wry 0.57, `drag_drop.rs` of each web view).
 */
export function onPage(position: { x: number; y: number }, platform: Platform, density: number) {
  const scale = platform === "windows" ? density : 1;
  return { x: position.x / scale, y: position.y / scale };
}

export function platformOf(userAgent: string): Platform {
  if (/Macintosh|Mac OS X/.test(userAgent)) return "mac";
  return /Windows/.test(userAgent) ? "windows" : "linux";
}
