// Waiting for what should become true, with a deadline. Nothing here waits for a time to pass.

import { setTimeout as pause } from "node:timers/promises";

/**
 * Ask again and again until the answer is truthy, and return it. An error of `ask` counts as "not yet"; the last one is the cause when time is up.
 * @template T
 * @param {string} what a noun phrase for the failure: "the result picture"
 * @param {() => T | Promise<T>} ask
 * @param {{ within?: number }} options `within`: milliseconds, generous, because a slow machine is not a broken program
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { within = 30_000 } = {}) {
  const deadline = performance.now() + within;
  let cause;
  do {
    try {
      const answer = await ask();
      if (answer) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(40);
  } while (performance.now() < deadline);
  throw new Error(`waited ${within / 1000} s in vain for ${what}`, { cause });
}
