import type { Call } from "$lib/api/call";
import type { Added } from "$lib/api/generated";
import type { Drop, Host } from "$lib/host";
import type { Notices } from "$lib/problems/notices.svelte";

/**
 * Every way a picture comes in: dropped, pasted, opened, drawn by us, handed over by the system. All end in `received`.
 */
export class Intake {
  /** Files are over the window and would be added if let go. */
  hovering = $state(false);
  #adding = $state(0);
  readonly adding = $derived(this.#adding > 0);

  constructor(
    private readonly call: Call,
    private readonly host: Pick<Host, "openDialog">,
    private readonly notices: Notices,
    private readonly received: (added: Added) => Promise<void>,
  ) {}

  drop = (drop: Drop) => {
    this.hovering = drop.type === "over";
    if (drop.type === "drop" && drop.paths.length > 0) void this.add(drop.paths);
  };

  add(paths: string[]) {
    return this.#take(() => this.call("add_pictures", { paths }));
  }

  paste() {
    return this.#take(() => this.call("paste_picture"));
  }

  sample() {
    return this.#take(() => this.call("add_sample"));
  }

  async open() {
    const paths = await this.notices.attempt(() => this.host.openDialog());
    if (paths && paths.length > 0) await this.add(paths);
  }

  async receive(added: Added) {
    this.notices.refuse(added.refused);
    await this.received(added);
  }

  async #take(work: () => Promise<Added>) {
    this.#adding += 1;
    try {
      const added = await this.notices.attempt(work);
      if (added) await this.receive(added);
    } finally {
      this.#adding -= 1;
    }
  }
}
