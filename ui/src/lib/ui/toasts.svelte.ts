/** A short word at the bottom of the window. It goes by itself, unless somebody points at it or has it under the keyboard. */
export type Toast = {
  id: number;
  kind: string;
  text: string;
  action: { label: string; run: () => void } | null;
  lasts: number;
};

const SHORT = 4_000;
/** Long enough to notice, read and act on: what can be undone. */
const WITH_ACTION = 12_000;
const MOST = 3;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 0;
  #timers = new Map<number, { timer: ReturnType<typeof setTimeout>; ends: number }>();
  #held = new Map<number, number>();

  /** Of a kind there is one at a time: the newer takes the older's place. */
  say(kind: string, text: string, action: Toast["action"] = null): number {
    for (const older of this.list.filter((toast) => toast.kind === kind)) this.dismiss(older.id);
    const toast = { id: (this.#next += 1), kind, text, action, lasts: action ? WITH_ACTION : SHORT };
    this.list = [...this.list, toast];
    for (const surplus of this.list.slice(0, -MOST)) this.dismiss(surplus.id);
    this.#start(toast.id, toast.lasts);
    return toast.id;
  }

  dismiss(id: number) {
    this.#stop(id);
    this.#held.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Stops the time while the pointer or the keyboard is on a toast. */
  hold(id: number) {
    const running = this.#timers.get(id);
    if (!running) return;
    this.#held.set(id, Math.max(1_000, running.ends - Date.now()));
    this.#stop(id);
  }

  release(id: number) {
    const left = this.#held.get(id);
    this.#held.delete(id);
    if (left !== undefined) this.#start(id, left);
  }

  #start(id: number, lasts: number) {
    this.#timers.set(id, { timer: setTimeout(() => this.dismiss(id), lasts), ends: Date.now() + lasts });
  }

  #stop(id: number) {
    clearTimeout(this.#timers.get(id)?.timer);
    this.#timers.delete(id);
  }
}
