// `overpaint serve` as a user starts it, on a library and a home folder of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TOP = fileURLToPath(new URL("..", import.meta.url));
const PROGRAM = resolve(TOP, process.env.OVERPAINT ?? "target/release/overpaint");

/** Variables of the tester's own that would change what the program does. */
const STRANGE =
  /^(FAL_|OVERPAINT|DATABASE_URL$|POLL_|SUBMIT_|STORAGE_|S3_|AWS_|ALLOWED_|PORT$|HOST$|XDG_|DBUS_|.*_proxy$)/i;

/** The folder in which the program lies. */
export const PROGRAMS = dirname(PROGRAM);

/** The tester's environment without what is theirs alone, with a home in `folder` and no keychain. */
export function environment(folder, more = {}) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !STRANGE.test(name)));
  return {
    ...inherited,
    HOME: join(folder, "home"),
    XDG_CONFIG_HOME: join(folder, "home/.config"),
    XDG_DATA_HOME: join(folder, "home/.local/share"),
    XDG_STATE_HOME: join(folder, "home/.local/state"),
    XDG_CACHE_HOME: join(folder, "home/.cache"),
    DBUS_SESSION_BUS_ADDRESS: "disabled:",
    POLL_INTERVAL: "0.05",
    ...more,
  };
}

export class Overpaint {
  #process;
  #folder;
  /** `http://127.0.0.1:PORT` */
  origin;

  constructor(process, folder, origin) {
    this.#process = process;
    this.#folder = folder;
    this.origin = origin;
  }

  /** Start it on an empty library; `env` is added to what it sees. */
  static async serve(env) {
    const folder = await mkdtemp(join(tmpdir(), "overpaint-serve-"));
    const child = spawn(PROGRAM, ["serve", "--port", "0", "--library", join(folder, "library")], {
      cwd: folder,
      env: environment(folder, env),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    const ready = new Promise((resolve) => {
      createInterface(child.stdout).on("line", (line) => line.startsWith("ready ") && resolve(line.slice(6).trim()));
    });
    const origin = await Promise.race([
      ready,
      once(child, "exit").then(() => Promise.reject(new Error("overpaint serve ended before it was ready"))),
      once(child, "error").then(([error]) => Promise.reject(error)),
    ]);
    return new Overpaint(child, folder, origin);
  }

  get port() {
    return new URL(this.origin).port;
  }

  /** Ask as a program on this computer does: without an origin. */
  async ask(path, options) {
    const answer = await fetch(this.origin + path, { signal: AbortSignal.timeout(30_000), ...options });
    if (!answer.ok) throw new Error(`${options?.method ?? "GET"} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async jobs() {
    return (await this.ask("/api/jobs")).json();
  }

  /** The lines of its log that say whom it refused. */
  async refusals() {
    const log = await readFile(join(this.#folder, "home/.local/state/overpaint/logs/overpaint.log"), "utf8");
    return log.split("\n").filter((line) => /\brefused\b/.test(line));
  }

  async stop() {
    if (this.#process.exitCode === null) {
      const gone = once(this.#process, "exit");
      this.#process.kill();
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
