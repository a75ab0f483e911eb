import type { Job, JobState } from "$lib/api/generated";

const AT_WORK: readonly JobState[] = ["queued", "uploading", "submitting", "waiting", "downloading"];

export const isAtWork = (job: Job) => AT_WORK.includes(job.state);
export const isInTrouble = (job: Job) => job.state === "failed" || job.state === "unconfirmed";
/** Came to nothing and leaves nothing to decide. What fal charged stays: its result may still lie there, to be fetched for nothing. */
export const isFinished = ({ state, problem }: Job) =>
  (state === "failed" || state === "cancelled") && problem?.charged !== "yes";
