import type { Call } from "$lib/api/call";
import type { Settings, SettingsChange, Status } from "$lib/api/generated";

/** The settings in force and the facts about this installation. Core owns both; a change is shown when core has accepted it. */
export class Preferences {
  settings = $state.raw<Settings | null>(null);
  status = $state.raw<Status | null>(null);

  constructor(private readonly call: Call) {}

  async read() {
    [this.status, this.settings] = await Promise.all([this.call("get_status"), this.call("get_settings")]);
  }

  async change(change: SettingsChange) {
    this.settings = await this.call("change_settings", change);
  }

  /** Decided by the environment or a flag: shown, but not ours to change. */
  isFixed(name: keyof Settings): boolean {
    return this.settings?.fixed.includes(name) ?? false;
  }
}
