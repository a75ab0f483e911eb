import type { Charged, Job, NextStep } from "$lib/api/generated";

/** Every place a problem can send the user to; the window decides what each does. */
export const nextStep: Record<NextStep, string> = {
  retry: "Try again",
  edit_prompt: "Edit the prompt",
  open_key_settings: "Open key settings",
  open_spending: "Change cap",
  open_fal_billing: "Open fal billing",
  show_log: "Show the log",
  choose_picture: "Choose another picture",
};

/** What can be done about a job that came to nothing: its problem's step; a cancelled or doubtful one can be run again. */
export function stepOf(job: Job): NextStep | null {
  if (job.state !== "failed" || !job.problem) return "retry";
  return job.problem.next ?? (job.problem.retryable ? "retry" : null);
}

/** What it cost, as a sentence on a card and as a word or two in a cell. Core leaves this to the window. */
export const charged: Record<Charged, { sentence: string; short: string }> = {
  no: { sentence: "Nothing was charged.", short: "not charged" },
  maybe: { sentence: "You may have been charged, once.", short: "may have been charged" },
  yes: { sentence: "fal charged this edit.", short: "charged" },
};

/** Trouble after the edit was made: trying again fetches what was paid for, and pays nothing. */
const paidAndFetchable = ["download_failed", "result_unreadable"];

/** True where running a job again might be charged once more, which is said before it happens. */
export function mayCostTwice(job: Job): boolean {
  if (job.state === "unconfirmed") return true;
  return job.problem !== null && job.problem.charged !== "no" && !paidAndFetchable.includes(job.problem.code);
}
