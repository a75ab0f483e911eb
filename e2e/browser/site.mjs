// A web site that has nothing but an empty page, under every name that leads to it.

import { createServer } from "node:http";
import { once } from "node:events";

export class Site {
  #server;

  static async start() {
    const site = new Site();
    site.#server = createServer((_, answer) => {
      answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      answer.end('<!doctype html><title>A page</title><link rel="icon" href="data:,"><p>A page.</p>');
    });
    site.#server.listen(0, "127.0.0.1");
    await once(site.#server, "listening");
    return site;
  }

  /** The origin it has under a name. */
  origin(name) {
    return `http://${name}:${this.#server.address().port}`;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
