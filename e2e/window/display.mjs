// A display that nobody sees, and the hand that moves things on it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until } from "../until.mjs";

const run = promisify(execFile);
const DRAG_SOURCE = fileURLToPath(new URL("dragsrc.py", import.meta.url));

/** The screen leaves a margin beside the largest window of the tests: files are dragged from there. */
const SCREEN = { width: 1440, height: 900 };

export class Display {
  #server;
  #screen;
  /** `:N`, for the environment of programs */
  name;

  constructor(server, name, screen) {
    this.#server = server;
    this.#screen = screen;
    this.name = name;
  }

  /**
   * Start an X server; it picks a free number itself.
   * @param density pixels of the screen for one of the page
   */
  static async start(density = 1) {
    const screen = { width: SCREEN.width * density, height: SCREEN.height * density };
    const size = `${screen.width}x${screen.height}x24`;
    const args = ["-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp", "-noreset"];
    const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    process.once("exit", () => server.kill("SIGKILL"));
    const number = await Promise.race([
      once(server.stdio[3], "data").then(([data]) => data.toString().trim()),
      once(server, "exit").then(() => Promise.reject(new Error("Xvfb did not start"))),
      once(server, "error").then(([error]) => Promise.reject(error)),
    ]);
    return new Display(server, `:${number}`, screen);
  }

  async stop() {
    const gone = once(this.#server, "exit");
    this.#server.kill();
    await gone;
  }

  /** Where the window with this title is on the screen. There is no window manager: no frame, no decoration. */
  async place(title) {
    const text = await until(`a window titled ${title}`, () =>
      this.#xdotool("search", "--onlyvisible", "--name", `^${title}$`, "getwindowgeometry", "--shell"),
    );
    const numbers = Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.split("=")),
    );
    return { x: Number(numbers.X), y: Number(numbers.Y), width: Number(numbers.WIDTH), height: Number(numbers.HEIGHT) };
  }

  /** Put the keyboard on the window: without a window manager nobody else does. */
  async focus(title) {
    await this.#xdotool("search", "--onlyvisible", "--name", `^${title}$`, "windowfocus");
  }

  /**
   * Drag files from another program and let them go at a point of the screen: a real drop, by the X server's protocol.
   * `over` is awaited while the files hover (to look at what is shown), before they are let go.
   */
  async drop(files, to, over = async () => {}) {
    const from = { x: this.#screen.width - 120, y: this.#screen.height - 80 };
    const source = spawn("/usr/bin/python3", [DRAG_SOURCE, String(from.x), String(from.y), ...files], {
      env: { ...process.env, DISPLAY: this.name, GTK_THEME: "Adwaita" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said = new Set();
    createInterface(source.stdout).on("line", (word) => said.add(word));
    try {
      await until("the drag source", () => said.has("ready"));
      let at = { x: from.x + 50, y: from.y + 30 };
      await this.#move(at);
      await this.#xdotool("mousedown", "1");
      // A drag begins after a few pixels; before that a jump would be a click that slipped.
      await until("the drag", async () => {
        at = { x: at.x - 6, y: at.y - 4 };
        await this.#move(at);
        return said.has("begin");
      });
      const steps = 12;
      for (let step = 1; step <= steps; step += 1) {
        await this.#move({
          x: Math.round(at.x + ((to.x - at.x) * step) / steps),
          y: Math.round(at.y + ((to.y - at.y) * step) / steps),
        });
      }
      // The target answers to motion, so a hand that holds still may wait for ever.
      let sway = 0;
      await until("a window that takes the files", async () => {
        sway = (sway + 1) % 4;
        await this.#move({ x: to.x + sway, y: to.y });
        return said.has("accepted");
      });
      await over();
      await this.#xdotool("mouseup", "1");
      await until("the end of the drag", () => said.has("end") || said.has("failed"));
      if (said.has("failed")) throw new Error("the window refused the files");
    } finally {
      source.kill("SIGKILL");
    }
  }

  #move({ x, y }) {
    return this.#xdotool("mousemove", "--sync", String(x), String(y)).catch((error) => {
      // --sync gives up when the pointer is there already; that is no failure.
      if (error.killed) throw error;
    });
  }

  async #xdotool(...args) {
    const { stdout } = await run("xdotool", args, { env: { ...process.env, DISPLAY: this.name }, timeout: 10_000 });
    return stdout;
  }
}
