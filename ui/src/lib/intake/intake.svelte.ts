import type { Call } from "$lib/api/call";
import type { Added } from "$lib/api/generated";
import type { Drop, Host, Point } from "$lib/host";
import type { Notices } from "$lib/problems/notices.svelte";

/** Where dropped files can go besides the Library: as a reference, into a parameter. */
export type Target = { name: string; hint: string; take: (ids: string[]) => void };

/**
 * Every way a picture comes in: dropped, pasted, opened, drawn by us, handed over by the system. All end in `received`.
 */
export class Intake {
  /** Files are over the window and would be added if let go. */
  hovering = $state(false);
  /** Which place they would go to: 0 is the Library, then `targets` in order. */
  over = $state(0);
  #adding = $state(0);
  readonly adding = $derived(this.#adding > 0);

  constructor(
    private readonly call: Call,
    private readonly host: Pick<Host, "openDialog">,
    private readonly notices: Notices,
    private readonly received: (added: Added) => Promise<void>,
    /** The places there are now, from left to right after the Library. */
    readonly targets: () => Target[] = () => [],
    private readonly width: () => number = () => innerWidth,
  ) {}

  drop = (drop: Drop) => {
    this.hovering = drop.type === "over";
    if (drop.type === "leave") return;
    const targets = this.targets();
    this.over = columnAt(drop.at, this.width(), targets.length + 1);
    if (drop.type === "over" || drop.paths.length === 0) return;
    const target = targets[this.over - 1];
    if (!target) return void this.add(drop.paths);
    void this.versionsFrom(() => this.call("add_pictures", { paths: drop.paths })).then(target.take);
  };

  /** Adds pictures that are wanted for something else than being shown, and answers with their ids. What was refused is said. */
  async versionsFrom(work: () => Promise<Added>): Promise<string[]> {
    const added = await this.notices.attempt(work);
    this.notices.refuse(added?.refused ?? []);
    return added?.versions.map((version) => version.id) ?? [];
  }

  /** The files the user chooses, as versions. */
  chosen = async (): Promise<string[]> => {
    const paths = (await this.notices.attempt(() => this.host.openDialog())) ?? [];
    return paths.length > 0 ? this.versionsFrom(() => this.call("add_pictures", { paths })) : [];
  };

  /** What is on the clipboard, as versions. */
  pasted = () => this.versionsFrom(() => this.call("paste_picture"));

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

/** The places lie side by side, each as wide as the others. */
export function columnAt(at: Point | undefined, width: number, columns: number): number {
  return at ? Math.min(Math.max(0, Math.floor((at.x / width) * columns)), columns - 1) : 0;
}
