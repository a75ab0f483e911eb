import { asProblem, type Call } from "$lib/api/call";
import type { KeySource, KeyTest, Problem, Status } from "$lib/api/generated";

/** Where the user is with the key: nothing to say, at something, or an outcome. */
export type KeyMoment =
  | { kind: "idle" }
  | { kind: "busy"; doing: "save" | "test" | "remove" }
  | { kind: "saved" }
  | { kind: "tested"; outcome: KeyTest }
  | { kind: "no_keychain" }
  | { kind: "problem"; problem: Problem };

/** The fal key, as far as the window may know it: typed in, never read back. What was typed is forgotten the moment core has it. */
export class FalKey {
  typed = $state("");
  #moment = $state.raw<KeyMoment>({ kind: "idle" });
  readonly moment = $derived(this.#moment);
  readonly busy = $derived(this.#moment.kind === "busy");

  constructor(
    private readonly call: Call,
    private readonly changed: (status: Status) => Promise<void>,
  ) {}

  /** @param allowFile the user agreed to a file that only they can read, because there is no keychain */
  async save({ allowFile } = { allowFile: false }) {
    const key = this.typed.trim();
    if (!key) return;
    await this.#attempt("save", async () => {
      const status = await this.call("set_key", { key, allow_file: allowFile });
      this.typed = "";
      await this.changed(status);
      return { kind: "saved" };
    });
  }

  async test() {
    await this.#attempt("test", async () => ({ kind: "tested", outcome: await this.call("test_key") }));
  }

  async remove() {
    await this.#attempt("remove", async () => {
      await this.changed(await this.call("remove_key"));
      return { kind: "idle" };
    });
  }

  /** The user changed their mind about what was asked or said. */
  settle() {
    this.#moment = { kind: "idle" };
  }

  async #attempt(doing: "save" | "test" | "remove", work: () => Promise<KeyMoment>) {
    if (this.busy) return;
    this.#moment = { kind: "busy", doing };
    try {
      this.#moment = await work();
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.#moment = problem.code === "keychain_unavailable" ? { kind: "no_keychain" } : { kind: "problem", problem };
    }
  }
}

export const keySource: Record<KeySource, string> = {
  none: "No key yet. Edits run on the demo engine.",
  environment: "Set outside this window (environment, flag or .env file). It cannot be changed here.",
  keychain: "Kept in this computer's keychain.",
  file: "Kept in a file that only you can read.",
};

export const keyTest: Record<KeyTest, string> = {
  works: "fal knows this key. You can run edits.",
  refused: "fal does not know this key. Copy it again from fal's dashboard.",
  locked: "fal knows this key, but the account is locked or the key lacks a right.",
  unreachable: "fal could not be reached. Check the connection and test again.",
};
