import type { Call } from "$lib/api/call";
import type { Version } from "$lib/api/generated";
import type { Host } from "$lib/host";
import type { Notices } from "$lib/problems/notices.svelte";
import type { Toasts } from "$lib/ui/toasts.svelte";

/** Every way a picture goes out: as a file, as a picture on the clipboard, as a place in the file manager. */
export class Output {
  constructor(
    private readonly call: Call,
    private readonly host: Pick<Host, "saveDialog">,
    private readonly notices: Notices,
    private readonly toasts: Toasts,
  ) {}

  saveAs(version: Version) {
    return this.notices.attempt(async () => {
      const path = await this.host.saveDialog(await this.call("suggest_name", { id: version.id }));
      if (path === null) return;
      await this.call("save_version", { id: version.id, path });
      this.toasts.say("saved", `Saved ${path.split(/[\\/]/).at(-1)}`);
    });
  }

  copy(version: Version) {
    return this.notices.attempt(async () => {
      await this.call("copy_version", { id: version.id });
      this.toasts.say("copied", "Picture copied");
    });
  }

  reveal(version: Version) {
    return this.notices.attempt(() => this.call("reveal_version", { id: version.id }));
  }

  revealLibrary() {
    return this.notices.attempt(() => this.call("reveal_library"));
  }

  revealLog() {
    return this.notices.attempt(() => this.call("reveal_log"));
  }
}
