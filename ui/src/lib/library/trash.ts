import type { Call } from "$lib/api/call";
import { count } from "$lib/format/size";
import type { Notices } from "$lib/problems/notices.svelte";
import type { Toasts } from "$lib/ui/toasts.svelte";
import type { Undo } from "$lib/ui/undo";

/** Deletes at once and offers to take it back, by a toast and by Ctrl+Z. Nothing is asked: nothing is lost. */
export class Trash {
  constructor(
    private readonly call: Call,
    private readonly notices: Notices,
    private readonly toasts: Toasts,
    private readonly undo: Undo,
    /** Takes ids away from what is drawn, before core answers; called again with none when things came back. */
    private readonly changed: (gone: string[]) => Promise<void>,
  ) {}

  /** True when they are gone. */
  async delete(ids: string[]): Promise<boolean> {
    if (ids.length === 0) return false;
    const gone = await this.notices.attempt(async () => {
      await this.call("delete_items", { ids });
      await this.changed(ids);
      const undo = this.undo.push(() => {
        this.toasts.dismiss(toast);
        void this.#restore(ids);
      });
      const toast = this.toasts.say(`${count(ids.length, "item")} deleted`, { label: "Undo", run: undo });
      return true;
    });
    return gone ?? false;
  }

  #restore(ids: string[]) {
    return this.notices.attempt(async () => {
      await this.call("restore_items", { ids });
      await this.changed([]);
      this.toasts.say(`${count(ids.length, "item")} restored`);
    });
  }
}
