// crates/testkit's simulated fal as a process, and its knobs (`/_control`, described in crates/testkit/src/lib.rs).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const TOP = fileURLToPath(new URL("..", import.meta.url));
const PROGRAM = resolve(TOP, process.env.OVERPAINT_SIMULATED_FAL ?? "target/debug/simulated-fal");
const KEY = "test-of-programs:key";

export class SimulatedFal {
  #process;
  #key;
  /** `http://127.0.0.1:PORT` */
  origin;

  constructor(process, origin, key) {
    this.#process = process;
    this.#key = key;
    this.origin = origin;
  }

  static async start({ key = KEY } = {}) {
    const child = spawn(PROGRAM, ["--port", "0", "--key", key], { stdio: ["ignore", "pipe", "inherit"] });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    const lines = createInterface(child.stdout);
    const [first] = await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => Promise.reject(new Error("the simulated fal did not start"))),
      once(child, "error").then(([error]) => Promise.reject(error)),
    ]);
    return new SimulatedFal(child, first.replace("simulated fal on ", "").trim(), key);
  }

  /** What makes Overpaint take this for fal, with a key that is good here. */
  get env() {
    return { FAL_SERVICE: this.origin, FAL_API_KEY: this.#key };
  }

  /** Freeze what reaches a stage: upload, submit, accepted, in_queue, running, result, download. */
  hold(stage) {
    return this.#ask("POST", `hold/${stage}`);
  }

  release(stage) {
    return this.#ask("POST", `release/${stage}`);
  }

  /** Wait until something has arrived at a stage. */
  reached(stage) {
    return this.#ask("GET", `reached/${stage}`);
  }

  /** Say how everything goes from now on; what is left out is as on fal's best day. */
  script(script) {
    return this.#ask("PUT", "script", script);
  }

  /** How many submits were accepted: what a user would have paid for. */
  async charges() {
    return (await this.#ask("GET", "charges")).charges;
  }

  /** Every request it saw, in the order they came, as JSON that is not read yet: a seed is longer than a number of ours. */
  async requests() {
    return (await this.#answer("GET", "requests")).text();
  }

  async stop() {
    const gone = once(this.#process, "exit");
    this.#process.kill();
    await gone;
  }

  async #ask(method, path, body) {
    return (await this.#answer(method, path, body)).json();
  }

  async #answer(method, path, body) {
    const answer = await fetch(`${this.origin}/_control/${path}`, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
