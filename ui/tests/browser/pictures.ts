import { readFileSync, readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";

const types: Record<string, string> = { ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp" };

/**
 * Serves the pictures of the folder named by `OVERPAINT_PICTURES` at `/pictures/` so that the fake host can show photographs.
 * Without the variable the list is empty and the fake draws its own.
 */
export function pictures(): Plugin {
  const folder = process.env["OVERPAINT_PICTURES"];
  const serve = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const path = request.url?.split("?")[0] ?? "";
    if (!path.startsWith("/pictures/")) return next();
    const name = basename(path);
    const names = folder ? readdirSync(folder).filter((file) => extname(file) in types) : [];
    if (name === "index.json") {
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify(names));
    }
    if (!folder || !names.includes(name)) return next();
    response.setHeader("content-type", types[extname(name)] ?? "application/octet-stream");
    response.end(readFileSync(join(folder, name)));
  };
  return {
    name: "pictures",
    configureServer: (server) => void server.middlewares.use(serve),
    configurePreviewServer: (server) => void server.middlewares.use(serve),
  };
}
