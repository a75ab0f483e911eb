import type { Call } from "$lib/api/call";
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

  /**
   * True when they are gone.
   *
   * @param what goes, in words: `coffee.png and 5 versions`
   */
  async delete(ids: string[], what: string): Promise<boolean> {
    if (ids.length === 0) return false;
    const gone = await this.notices.attempt(async () => {
      await this.call("delete_items", { ids });
      await this.changed(ids);
      const undo = this.undo.push(() => {
        this.toasts.dismiss(toast);
        void this.#restore(ids, what);
      });
      const toast = this.toasts.say("trash", `${what} deleted`, { label: "Undo", run: undo });
      return true;
    });
    return gone ?? false;
  }

  #restore(ids: string[], what: string) {
    return this.notices.attempt(async () => {
      await this.call("restore_items", { ids });
      await this.changed([]);
      this.toasts.say("trash", `${what} restored`);
    });
  }
}
