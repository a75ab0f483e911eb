import type { Job, Version } from "$lib/api/generated";

/** A job and a version to vary in tests; what a test does not name does not matter to it. */
export function aJob(more: Partial<Job> = {}): Job {
  return {
    ...{ id: "j1", state: "queued", input_id: "v1", root_id: "v1", prompt: "warmer", model: "demo", provider: "demo" },
    ...{
      reference_ids: [],
      parameters: {},
      attempt: 1,
      cost: null,
      cached_from_id: null,
      not_before: null,
      looking: false,
      sent_at: null,
      cancel_asked: false,
      progress: null,
      problem: null,
      note: null,
      result_ids: [],
      request_id: null,
    },
    ...{ created_at: "2026-11-22T10:00:00.000000Z", updated_at: "2026-11-22T10:00:00.000000Z" },
    ...more,
  };
}

export function aVersion(more: Partial<Version> = {}): Version {
  return {
    ...{
      id: "v1",
      parent_id: null,
      root_id: "v1",
      job_id: null,
      name: "coffee.png",
      width: 600,
      height: 400,
      bytes: 1000,
    },
    ...{ media_type: "image/png", note: null, prompt: null, model: null, elapsed_ms: null, request_id: null },
    seed: null,
    created_at: "2026-11-22T09:00:00.000000Z",
    ...more,
  };
}
