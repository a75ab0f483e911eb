// The part of WebDriver that these tests speak, over fetch: WebKit's own driver, no library and no second driver between.
// https://www.w3.org/TR/webdriver2/ has the words used here.

import { createServer } from "node:net";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { elementsOf } from "./roles.mjs";
import { until } from "../until.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export const KEY = {
  control: "\uE009",
  shift: "\uE008",
  alt: "\uE00A",
  enter: "\uE007",
  escape: "\uE00C",
  tab: "\uE004",
  delete: "\uE017",
  home: "\uE011",
  end: "\uE010",
};

/** A session: one window of one started program. */
export class Driver {
  #process;
  #url;
  #session = "";

  constructor(process, url) {
    this.#process = process;
    this.#url = url;
  }

  /** Start the driver on a free port; `env` is what the program will see. */
  static async start(env) {
    const port = await freePort();
    const child = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
      env,
      stdio: ["ignore", "inherit", "inherit"],
    });
    process.once("exit", () => child.kill("SIGKILL"));
    const driver = new Driver(child, `http://127.0.0.1:${port}`);
    try {
      await until("WebKitWebDriver", () => driver.#ask("GET", "/status"));
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
    return driver;
  }

  /** Start the program and wait until its page can be asked. */
  async open(binary, args) {
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": { binary, args } } };
    const { sessionId } = await this.#ask("POST", "/session", { capabilities });
    this.#session = `/session/${sessionId}`;
    await until("the page", () => this.run("return document.readyState === 'complete'"));
  }

  /** The process id of the program under test: the driver's only child. */
  async program() {
    const pid = this.#process.pid;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    return Number(children.trim().split(" ")[0]);
  }

  /** End the program (unless it is gone already) and the driver. */
  async stop() {
    if (this.#session) await this.#ask("DELETE", this.#session, undefined, 5_000).catch(() => {});
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = new Promise((resolve) => this.#process.once("exit", resolve));
      this.#process.kill();
      await gone;
    }
  }

  /** Run a function body in the page. */
  run(script, ...args) {
    return this.#ask("POST", `${this.#session}/execute/sync`, { script, args });
  }

  /** Wait until what the page has become is also drawn: the second frame begins when the first is on the screen. */
  painted() {
    const script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(null)))";
    return this.#ask("POST", `${this.#session}/execute/async`, { script, args: [] });
  }

  /** All visible elements of a role, with the names WebKit computes for a screen reader. */
  async all(role) {
    const value = elementsOf(role);
    const found = await this.#ask("POST", `${this.#session}/elements`, { using: "css selector", value });
    const elements = [];
    for (const element of found) {
      if (!(await this.run("return arguments[0].checkVisibility({ visibilityProperty: true })", element))) continue;
      const at = `${this.#session}/element/${element[ELEMENT]}`;
      elements.push({ id: element, name: (await this.#ask("GET", `${at}/computedlabel`)) ?? "" });
    }
    return elements;
  }

  /** The first visible element with this role and a name equal to the string or matching the expression; waits for it. */
  find(role, name, options) {
    const fits = (/** @type {string} */ text) =>
      name === undefined ? true : name instanceof RegExp ? name.test(text) : text === name;
    return until(
      `a ${role} named ${name}`,
      async () => (await this.all(role)).find((each) => fits(each.name))?.id,
      options,
    );
  }

  /** Wait until there is no such element. */
  gone(role, name, options) {
    const fits = (/** @type {string} */ text) => (name instanceof RegExp ? name.test(text) : text === name);
    return until(
      `no ${role} named ${name}`,
      async () => !(await this.all(role)).some((each) => fits(each.name)),
      options,
    );
  }

  /** Wait until the visible text of the page contains the string or matches the expression. */
  text(wanted, options) {
    return until(
      `the text ${wanted}`,
      async () => {
        const text = await this.run("return document.body.innerText");
        return wanted instanceof RegExp ? wanted.test(text) : text.includes(wanted);
      },
      options,
    );
  }

  focus(element) {
    return this.run("arguments[0].focus()", element);
  }

  click(element) {
    return this.#ask("POST", `${this.#session}/element/${element[ELEMENT]}/click`, {});
  }

  /** Type into an element, as a person would: with key events. */
  type(element, text) {
    return this.#ask("POST", `${this.#session}/element/${element[ELEMENT]}/value`, { text });
  }

  /** Press keys together, wherever the focus is: `press(KEY.control, KEY.enter)`. */
  press(...keys) {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const up = keys.toReversed().map((value) => ({ type: "keyUp", value }));
    return this.#ask("POST", `${this.#session}/actions`, {
      actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }],
    });
  }

  /** The page as PNG bytes. */
  async screenshot() {
    return Buffer.from(await this.#ask("GET", `${this.#session}/screenshot`), "base64");
  }

  resize(width, height) {
    return this.#ask("POST", `${this.#session}/window/rect`, { width, height });
  }

  async #ask(method, path, body, within = 60_000) {
    const answer = await fetch(this.#url + path, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(within),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message || path}`);
    return value;
  }
}

/** A port that was free a moment ago. The driver cannot choose one itself; a collision shows as a failed start. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
