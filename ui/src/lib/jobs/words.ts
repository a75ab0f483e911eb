import type { Job } from "$lib/api/generated";
import { bytes } from "$lib/format/size";
import { elapsed } from "$lib/format/time";
import { isAtWork } from "./state";

/** What a job is doing, in words with numbers: `Uploading 62 %`, `3rd in line`, `Running 4.2 s`. `now` is milliseconds since 1970. */
export function stage(job: Job, now: number): string {
  const counted = job.progress ? elapsed(now - Date.parse(job.progress.since)) : "";
  const share = percent(job.progress?.fraction);
  const travelled = sizes(job);
  if (job.cancel_asked && isAtWork(job)) return "Cancelling";
  switch (job.state) {
    case "queued":
      return queued(job, now) ?? `Starts soon · ${counted || "now"}`;
    case "uploading":
      return share || travelled ? joined("Uploading", share, travelled) : `Preparing ${counted}`.trim();
    case "submitting":
      return `Sending ${counted}`.trim();
    case "waiting":
      return waiting(job, counted, share);
    case "downloading":
      return travelled ? `Downloading ${travelled}` : `Downloading ${share || counted}`.trim();
    case "done":
      return "Done";
    case "failed":
      return job.problem?.title ?? "Failed";
    case "cancelled":
      return "Cancelled";
    case "unconfirmed":
      return job.looking ? "Looking for it at fal" : "Unconfirmed";
  }
}

/** Why it waits and for how long: `No network. Trying again in 8 s`. Null for one that just waits for its turn. */
function queued(job: Job, now: number): string | null {
  return isPutOff(job) ? `${putOffWhy(job)}. ${putOffUntil(job, now)}` : null;
}

/** What keeps an edit from being sent: `No network`. */
export const putOffWhy = ({ problem }: Job) => short[problem?.code ?? ""] ?? problem?.title ?? "Not sent yet";

/** When it is tried again: `Trying again in 8 s`. */
export const putOffUntil = (job: Job, now: number) => `Trying again in ${countdown(job.not_before ?? "", now)}`;

/** Queued, and not to begin before a certain time: it was tried and could not be sent. */
export const isPutOff = (job: Job) => job.state === "queued" && job.not_before !== null;

/** What goes on the card's first line, where the title says it in a sentence. */
const short: Record<string, string> = { provider_unreachable: "No network", rate_limited: "fal is busy" };

/** The time until a moment, in whole seconds so that it can be read: `8 s`, `1 min 05 s`; never below zero. */
export function countdown(until: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** What cancelling does at this moment, to one's money. Empty where no money is at stake. */
export function cancelMeans(job: Job): string {
  if (job.provider === "demo") return "";
  if (job.state === "queued" || job.state === "uploading") return "Cancelling now costs nothing.";
  if (job.state === "downloading") return "It is made and charged: cancelling only leaves the result at fal.";
  if (job.state === "waiting" && !job.progress?.running) return "fal takes it out of the line; it is then not charged.";
  return "It may still be charged if you cancel now.";
}

/** `1.2 of 1.9 MB`, while pictures travel. */
function sizes(job: Job): string {
  const { bytes_done: done = null, bytes_of: of = null } = job.progress ?? {};
  if (done === null) return "";
  if (of === null) return bytes(done);
  const [amount = "", unit = ""] = bytes(of).split(" ");
  const scale = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit] ?? 1;
  return `${(done / scale).toFixed(amount.includes(".") ? 1 : 0)} of ${amount} ${unit}`;
}

const joined = (does: string, share: string, travelled: string) =>
  [[does, share].filter(Boolean).join(" "), travelled].filter(Boolean).join(" · ");

function waiting(job: Job, counted: string, share: string): string {
  const { running = false, position = null } = job.progress ?? {};
  if (running) return share ? `Running ${counted} · ${share}` : `Running ${counted}`.trim();
  if (position === null) return `In line ${counted}`.trim();
  return position === 0 ? "Next in line" : `${ordinal(position + 1)} in line`;
}

const states = {
  queued: "Starts soon",
  uploading: "Uploading",
  submitting: "Sending",
  downloading: "Downloading",
  done: "Done",
  cancelled: "Cancelled",
  unconfirmed: "Unconfirmed",
} as const;

/** The state without numbers: steady, so that a screen reader says it once per state and not ten times a second. */
export function stageQuietly(job: Job): string {
  if (job.cancel_asked && isAtWork(job)) return "Cancelling";
  if (job.state === "failed" || job.state === "unconfirmed") return stage(job, 0);
  if (isPutOff(job)) return `${putOffWhy(job)}. Trying again soon`;
  if (job.state !== "waiting") return states[job.state];
  return job.progress?.running ? "Running" : "In line";
}

function percent(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined ? "" : `${Math.floor(fraction * 100)} %`;
}

export function ordinal(n: number): string {
  const tens = n % 100;
  if (tens >= 11 && tens <= 13) return `${n}th`;
  return `${n}${{ 1: "st", 2: "nd", 3: "rd" }[n % 10] ?? "th"}`;
}
