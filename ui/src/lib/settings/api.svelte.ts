import { asProblem, type Call } from "$lib/api/call";
import type { LocalApi, Problem, SetApi } from "$lib/api/generated";

/** Where the user is with the local API: nothing to say, at something, or what did not go. */
export type ApiMoment =
  { kind: "idle" } | { kind: "busy" } | { kind: "bad_port" } | { kind: "problem"; problem: Problem };

export const PORTS = { least: 1024, most: 65_535 };

/** The local API: its switch, its port, its token. Core owns all three; a token is known here from its making until `forget`, never after. */
export class Api {
  #now = $state.raw<LocalApi | null>(null);
  #moment = $state.raw<ApiMoment>({ kind: "idle" });
  #token = $state.raw<string | null>(null);
  readonly now = $derived(this.#now);
  readonly moment = $derived(this.#moment);
  /** The token that was just made. */
  readonly token = $derived(this.#token);
  readonly busy = $derived(this.#moment.kind === "busy");

  constructor(private readonly call: Call) {}

  async read() {
    this.#now = await this.call("get_api");
  }

  async turn(on: boolean) {
    await this.#set({ on });
  }

  /** What is no port is said to be none and goes nowhere. */
  async setPort(typed: string) {
    const port = /^\d+$/.test(typed.trim()) ? Number(typed) : NaN;
    const fits = port >= PORTS.least && port <= PORTS.most;
    if (fits && port !== this.#now?.port) await this.#set({ port });
    else this.#moment = fits ? { kind: "idle" } : { kind: "bad_port" };
  }

  /** Makes a token that is required from now on, in place of the one before. */
  async makeToken() {
    await this.#attempt(async () => {
      const { token, api } = await this.call("make_api_token");
      this.#token = token;
      return api;
    });
  }

  async removeToken() {
    await this.#attempt(async () => {
      const api = await this.call("remove_api_token");
      this.#token = null;
      return api;
    });
  }

  /** The user is done with what was shown. */
  forget() {
    this.#token = null;
    if (!this.busy) this.#moment = { kind: "idle" };
  }

  /** Decided by the environment or a flag: shown, but not ours to change. */
  isFixed(name: "api_port" | "api_token"): boolean {
    return this.#now?.fixed.includes(name) ?? false;
  }

  #set(change: SetApi) {
    return this.#attempt(() => this.call("set_api", change));
  }

  async #attempt(work: () => Promise<LocalApi>) {
    if (this.busy) return;
    this.#moment = { kind: "busy" };
    try {
      this.#now = await work();
      this.#moment = { kind: "idle" };
    } catch (thrown) {
      this.#moment = { kind: "problem", problem: asProblem(thrown) };
    }
  }
}

/** Said where it answers elsewhere than it was wished. Port 0 wishes for any. */
export function beside({ port, url }: LocalApi): string | undefined {
  const at = url && Number(new URL(url).port);
  return at && port && at !== port ? `Port ${port} is taken; it answers on ${at}.` : undefined;
}

/** An edit as one line for a terminal. A token is named by a variable: it belongs neither on a screen nor in a shell's history. */
export function curlLine(url: string, tokenRequired: boolean): string {
  const token = tokenRequired ? `-H "Authorization: Bearer $OVERPAINT_TOKEN" ` : "";
  return `curl ${token}-F prompt='make it vivid' -F image=@photo.jpg ${url}/api/jobs`;
}
