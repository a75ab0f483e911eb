import type { Job, JobState } from "$lib/api/generated";

const AT_WORK: readonly JobState[] = ["queued", "uploading", "submitting", "waiting", "downloading"];

export const isAtWork = (job: Job) => AT_WORK.includes(job.state);
export const isInTrouble = (job: Job) => job.state === "failed" || job.state === "unconfirmed";
