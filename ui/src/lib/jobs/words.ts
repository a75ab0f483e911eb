import type { Job } from "$lib/api/generated";
import { elapsed } from "$lib/format/time";
import { isAtWork } from "./state";

/** What a job is doing, in words with numbers: `Uploading 62 %`, `3rd in line`, `Running 4.2 s`. `now` is milliseconds since 1970. */
export function stage(job: Job, now: number): string {
  const counted = job.progress ? elapsed(now - Date.parse(job.progress.since)) : "";
  const share = percent(job.progress?.fraction);
  if (job.cancel_asked && isAtWork(job)) return "Cancelling";
  switch (job.state) {
    case "queued":
      return `Starts soon · ${counted || "now"}`;
    case "uploading":
      return share ? `Uploading ${share}` : `Preparing ${counted}`.trim();
    case "submitting":
      return `Sending ${counted}`.trim();
    case "waiting":
      return waiting(job, counted, share);
    case "downloading":
      return share ? `Downloading ${share}` : `Downloading ${counted}`.trim();
    case "done":
      return "Done";
    case "failed":
      return job.problem?.title ?? "Failed";
    case "cancelled":
      return "Cancelled";
    case "unconfirmed":
      return "Unconfirmed";
  }
}

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
  if (job.state === "failed") return stage(job, 0);
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
