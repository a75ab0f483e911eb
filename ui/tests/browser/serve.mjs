import { createReadStream, existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname, join } from "node:path";

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".jpg": "image/jpeg",
  ".png": "image/png",
};

// The window's own policy (tauri.conf.json), plus blob: for the fake's pictures: what it forbids shall fail here, not in the window.
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' blob:; " +
  "object-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'";

/**
 * Serves a built page on a free port, with the window's content security policy.
 * @param {string} folder the built page
 * @param {string | undefined} pictures a folder of photographs for the fake host
 */
export async function serve(folder, pictures) {
  const names = pictures ? readdirSync(pictures).filter((name) => /\.(jpe?g|png)$/.test(name)) : [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/pictures/index.json")
      return response.setHeader("content-type", "application/json").end(JSON.stringify(names));
    const file =
      path.startsWith("/pictures/") && pictures
        ? join(pictures, basename(path))
        : join(folder, path === "/" ? "index.html" : path.replaceAll("..", ""));
    if (path === "/favicon.ico") return response.writeHead(204).end();
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.setHeader("content-security-policy", policy);
    createReadStream(file).pipe(response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(null)));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
