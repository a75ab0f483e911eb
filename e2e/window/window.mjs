// The real window, started as a user's would be, on a library and a home folder of its own.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Display } from "./display.mjs";
import { Driver } from "./driver.mjs";
import { until } from "../until.mjs";

const TOP = fileURLToPath(new URL("../..", import.meta.url));

/** The program under test. `cargo xtask test` sets the variable; by hand the debug build is taken. */
const PROGRAM = resolve(TOP, process.env.OVERPAINT_DESKTOP ?? "target/debug/overpaint-desktop");

/** Variables of the tester's own that would change what the window does. */
const STRANGE =
  /^(FAL_|OVERPAINT_|DATABASE_URL$|POLL_|ALLOWED_|SUBMIT_|API_TOKEN$|HOST$|PORT$|GTK_|WAYLAND_|DBUS_|XDG_)/;

/**
 * Open a window for one test and close it afterwards. If the test fails, what the page showed last is kept in e2e/out.
 * @param {import("node:test").TestContext} test
 * @param {{ dark?: boolean, density?: number, env?: Record<string, string>, args?: string[] }} options see Window.open
 * @param {(window: Window) => Promise<void>} act
 */
export async function inWindow(test, options, act) {
  const window = await Window.open(options);
  try {
    await act(window);
  } catch (error) {
    const file = join("e2e/out", `failed, ${test.name}.png`);
    await window.page.screenshot().then(
      (png) => save(file, png),
      () => {},
    );
    throw error;
  } finally {
    await window.close();
  }
}

export class Window {
  #folder;
  #env;
  #args = [];
  /** @type {Driver} */ page;
  /** @type {Display} */ display;
  /** The library's folder. */ library;

  /**
   * Open the window.
   * @param {{ dark?: boolean, density?: number, env?: Record<string, string>, args?: string[] }} options
   * `density`: pixels of the screen for one of the page; `env`: variables for the program, `args`: its arguments
   */
  static async open({ dark = false, density = 1, env = {}, args = [] } = {}) {
    const window = new Window();
    window.#folder = await mkdtemp(join(tmpdir(), "overpaint-window-"));
    window.library = join(window.#folder, "library");
    window.#args = args;
    try {
      window.display = await Display.start(density);
      window.#env = await window.#environment(dark, { GDK_SCALE: String(density), ...env });
      await window.start();
    } catch (error) {
      await window.close();
      throw error;
    }
    return window;
  }

  /** Start the program (again, after `kill`) on the same library. */
  async start() {
    this.page = await Driver.start(this.#env);
    await this.page.open(PROGRAM, this.#args);
    await this.display.focus("Overpaint");
  }

  /** End the program as a power cut would, and wait until it is gone. */
  async kill() {
    const pid = await this.page.program();
    process.kill(pid, "SIGKILL");
    await until("the end of the program", () => ended(pid));
    await this.page.stop();
  }

  /** End the program, and wait for the web view's own processes too: they outlive it by a moment and still move files. */
  async end() {
    await this.page.stop();
    await until("the end of the web view's processes", async () => (await processesOf(this.#folder)).length === 0);
  }

  /** End everything and remove what was written. */
  async close() {
    await this.page?.stop();
    await this.display?.stop();
    // The web view's own processes may still be writing their caches while they end.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Drop files on the middle of the window. */
  async drop(files, over) {
    const { x, y, width, height } = await this.display.place("Overpaint");
    await this.display.drop(files, { x: x + Math.round(width / 2), y: y + Math.round(height / 2) }, over);
  }

  /** Change the size of the inside, and wait until the page has it. */
  async resize(width, height) {
    await this.page.resize(width, height);
    await until(`a page of ${width} × ${height}`, () =>
      this.page.run(`return innerWidth === ${width} && innerHeight === ${height}`),
    );
  }

  /** A path in this window's folder, for pictures and downloads of a test. */
  path(name) {
    return join(this.#folder, name);
  }

  /** What the page shows, once it has come to rest, as a file of this window's folder; its path. */
  async look(name) {
    const path = this.path(name);
    await this.screenshot(path);
    return path;
  }

  /** Save what the page shows, once it has come to rest, as PNG. A relative path starts at the top of the repository. */
  async screenshot(file) {
    await until("a page at rest", () =>
      this.page.run(
        "return document.fonts.status === 'loaded' && [...document.images].every((image) => image.complete)" +
          " && document.getAnimations().every((each) => each.playState !== 'running' || each.effect.getTiming().iterations === Infinity)",
      ),
    );
    await this.page.painted();
    await save(file, await this.page.screenshot());
  }

  async #environment(dark, env) {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !STRANGE.test(name)));
    const folder = async (name) => {
      const path = join(this.#folder, name);
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    };
    return {
      ...inherited,
      DISPLAY: this.display.name,
      HOME: await folder("home"),
      XDG_CONFIG_HOME: await folder("home/.config"),
      XDG_DATA_HOME: await folder("home/.local/share"),
      XDG_STATE_HOME: await folder("home/.local/state"),
      XDG_CACHE_HOME: await folder("home/.cache"),
      XDG_RUNTIME_DIR: await folder("run"),
      // No session bus: a test must neither read nor write the tester's keychain, nor find a running Overpaint.
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
      GDK_BACKEND: "x11",
      GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
      NO_AT_BRIDGE: "1",
      MESA_SHADER_CACHE_DISABLE: "true",
      OVERPAINT_LIBRARY: this.library,
      TAURI_WEBVIEW_AUTOMATION: "true",
      ...env,
    };
  }
}

async function save(file, bytes) {
  const path = resolve(TOP, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** Processes that live in this folder: their environment says so. */
async function processesOf(folder) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "latin1").catch(() => "")));
  return pids.filter((_, at) => environments[at].includes(`HOME=${folder}/`));
}

function ended(pid) {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}
