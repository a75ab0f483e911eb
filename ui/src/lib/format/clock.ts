import { createSubscriber } from "svelte/reactivity";

/**
 * The time, for what is drawn. Reading `now` in a template redraws it as time goes by; while nobody reads, no timer runs.
 * `tenths` is for what counts up before your eyes, `minutes` for ages.
 */
export class Clock {
  readonly tenths: { readonly now: number };
  readonly minutes: { readonly now: number };

  constructor(read: () => number = Date.now) {
    this.tenths = ticking(read, 100);
    this.minutes = ticking(read, 30_000);
  }
}

function ticking(read: () => number, every: number) {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, every);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      subscribe();
      return read();
    },
  };
}
