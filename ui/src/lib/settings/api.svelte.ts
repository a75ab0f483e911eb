import { asProblem, type Call } from "$lib/api/call";
import type { LocalApi, Problem } from "$lib/api/generated";

/** What can be done to the local API. */
export type ApiAct = "turn_on" | "turn_off" | "set_port" | "make_token" | "remove_token";

export const PORTS = { least: 1024, most: 65_535 };

/** The local API: its switch, its port, its token. Core owns all three; a token is known here from its making until `forget`, never after. */
export class Api {
  #now = $state.raw<LocalApi | null>(null);
  /** What is under way, and behind it what waits for its turn. */
  #acts = $state.raw<readonly ApiAct[]>([]);
  #last: Promise<void> = Promise.resolve();
  #failed = $state.raw<{ act: ApiAct; problem: Problem } | null>(null);
  #badPort = $state(false);
  #token = $state.raw<string | null>(null);
  readonly now = $derived(this.#now);
  /** Where the switch was sent last, until it is there. */
  readonly turning = $derived(this.#acts.findLast((act) => act === "turn_on" || act === "turn_off") ?? null);
  /** What was typed last is no port. */
  readonly badPort = $derived(this.#badPort);
  /** The token that was just made. */
  readonly token = $derived(this.#token);

  constructor(private readonly call: Call) {}

  async read() {
    this.#now = await this.call("get_api");
  }

  async turn(on: boolean) {
    await this.#attempt(on ? "turn_on" : "turn_off", () => this.call("set_api", { on }));
  }

  /** What is no port is said to be none, until another is typed, and goes nowhere. */
  async setPort(typed: string) {
    const port = /^\d+$/.test(typed.trim()) ? Number(typed) : NaN;
    this.#badPort = !(port >= PORTS.least && port <= PORTS.most);
    if (this.#badPort) return;
    await this.#attempt("set_port", async () =>
      this.#now?.port === port ? this.#now : await this.call("set_api", { port }),
    );
  }

  /** The field went away, with what was typed into it. */
  leavePort() {
    this.#badPort = false;
  }

  /** Makes a token that is required from now on, in place of the one before. */
  async makeToken() {
    await this.#attempt("make_token", async () => {
      const { token, api } = await this.call("make_api_token");
      this.#token = token;
      return api;
    });
  }

  async removeToken() {
    await this.#attempt("remove_token", async () => {
      const api = await this.call("remove_api_token");
      this.#token = null;
      return api;
    });
  }

  /** The user is done with what was shown. */
  forget() {
    this.#token = null;
    this.#failed = null;
  }

  /** Decided by the environment or a flag: shown, but not ours to change. */
  isFixed(name: "api_port" | "api_token"): boolean {
    return this.#now?.fixed.includes(name) ?? false;
  }

  /** Why the last attempt did not go, if it was one of these. */
  problemOf(...acts: ApiAct[]): Problem | null {
    return this.#failed && acts.includes(this.#failed.act) ? this.#failed.problem : null;
  }

  /** One after the other: what is pressed while another is under way waits for it. The same pressed again is the same wish. */
  #attempt(act: ApiAct, work: () => Promise<LocalApi>): Promise<void> {
    if (act !== "set_port" && this.#acts.at(-1) === act) return this.#last;
    this.#acts = [...this.#acts, act];
    return (this.#last = this.#last.then(async () => {
      this.#failed = null;
      try {
        this.#now = await work();
      } catch (thrown) {
        this.#failed = { act, problem: asProblem(thrown) };
      }
      this.#acts = this.#acts.slice(1);
    }));
  }
}

/** Said where it answers elsewhere than it was wished. Port 0 wishes for any. */
export function beside({ port, url }: LocalApi): string | undefined {
  const at = url && Number(new URL(url).port);
  return at && port && at !== port ? `Port ${port} is taken; it answers on ${at}.` : undefined;
}

/** An edit as a command for a terminal. A token is named by a variable: it belongs neither on a screen nor in a shell's history. */
export function curlCommand(url: string, tokenRequired: boolean): string {
  const parts = [
    `curl ${url}/api/jobs`,
    ...(tokenRequired ? [`-H "Authorization: Bearer $OVERPAINT_TOKEN"`] : []),
    "-F prompt='make it vivid'",
    "-F image=@photo.jpg",
  ];
  return parts.join(" \\\n  ");
}
