import { describe, expect, test } from "vitest";
import type { Progress } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { aJob } from "$lib/host/fake/samples";
import { problems } from "$lib/host/fake/problems";
import { Jobs } from "./jobs.svelte";
import { ordinal, stage, stageQuietly } from "./words";

const since = "2026-11-22T10:00:00.000Z";
const now = Date.parse(since) + 4_200;
const progress = (more: Partial<Progress>): Progress => ({
  ...{ fraction: null, position: null, running: false, since, last_log: null, bytes_done: null, bytes_of: null },
  ...more,
});

describe("words", () => {
  test.each([
    ["queued", {}, "Starts soon · 4.2 s"],
    ["uploading", { fraction: 0.629 }, "Uploading 62 %"],
    ["uploading", {}, "Preparing 4.2 s"],
    ["submitting", {}, "Sending 4.2 s"],
    ["waiting", { position: 2 }, "3rd in line"],
    ["waiting", { position: 0 }, "Next in line"],
    ["waiting", {}, "In line 4.2 s"],
    ["waiting", { running: true }, "Running 4.2 s"],
    ["waiting", { running: true, fraction: 0.4 }, "Running 4.2 s · 40 %"],
    ["downloading", { fraction: 0.4 }, "Downloading 40 %"],
    ["uploading", { fraction: 0.63, bytes_done: 1.2e6, bytes_of: 1.9e6 }, "Uploading 63 % · 1.2 of 1.9 MB"],
    ["downloading", { bytes_done: 800_000, bytes_of: 2.1e6 }, "Downloading 0.8 of 2.1 MB"],
    ["downloading", { bytes_done: 800_000 }, "Downloading 800 KB"],
  ] as const)("a job that is %s says what it does with a number", (state, more, words) => {
    expect(stage(aJob({ state, progress: progress(more) }), now)).toBe(words);
  });
  test("a failed job says what happened, an unconfirmed one that nobody knows", () => {
    expect(stage(aJob({ state: "failed", problem: problems.policy }), now)).toBe("Blocked by fal's content policy");
    expect(stage(aJob({ state: "unconfirmed", problem: problems.unconfirmed }), now)).toBe("Unconfirmed");
  });
  test("a cancel that was asked for is said until it has happened", () => {
    expect(stage(aJob({ state: "waiting", cancel_asked: true, progress: progress({ running: true }) }), now)).toBe(
      "Cancelling",
    );
    expect(stage(aJob({ state: "cancelled", cancel_asked: true }), now)).toBe("Cancelled");
  });
  test("the quiet words do not change while only numbers do", () => {
    const at = (fraction: number) =>
      stageQuietly(aJob({ state: "waiting", progress: progress({ running: true, fraction }) }));
    expect(at(0.1)).toBe(at(0.9));
    expect(stageQuietly(aJob({ state: "failed", problem: problems.policy }))).toBe("Blocked by fal's content policy");
    expect(stageQuietly(aJob({ state: "waiting", cancel_asked: true }))).toBe("Cancelling");
  });
  test("ordinals are English", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual([
      ...["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"],
    ]);
  });
});

describe("jobs", () => {
  test("an older state that arrives late does not undo a newer one", () => {
    const jobs = new Jobs(new FakeHost().call);
    expect(jobs.hear(aJob({ state: "done", updated_at: "2026-11-22T10:00:05Z" }))).toBe(true);
    expect(jobs.hear(aJob({ state: "waiting", updated_at: "2026-11-22T10:00:04Z" }))).toBe(false);
    expect(jobs.get("j1")?.state).toBe("done");
  });
  test("the same state announced twice does no harm", () => {
    const jobs = new Jobs(new FakeHost().call);
    jobs.hear(aJob());
    jobs.hear(aJob());
    expect(jobs.atWork).toHaveLength(1);
  });
  test("work and trouble are told apart, newest first", () => {
    const jobs = new Jobs(new FakeHost().call);
    jobs.hear(aJob({ id: "old", created_at: "2026-11-22T08:00:00Z" }));
    jobs.hear(aJob({ id: "new", created_at: "2026-11-22T09:00:00Z", state: "waiting" }));
    jobs.hear(aJob({ id: "bad", state: "failed" }));
    jobs.hear(aJob({ id: "unsure", state: "unconfirmed" }));
    jobs.hear(aJob({ id: "over", state: "cancelled" }));
    expect(jobs.atWork.map((job) => job.id)).toEqual(["new", "old"]);
    expect(jobs.inTrouble.map((job) => job.id).sort()).toEqual(["bad", "unsure"]);
  });
  test("what is cleared away together is failed or cancelled, never in doubt, at work or paid", () => {
    const jobs = new Jobs(new FakeHost().call);
    jobs.hear(aJob({ id: "failed", state: "failed", problem: problems.policy }));
    jobs.hear(aJob({ id: "cancelled", state: "cancelled" }));
    jobs.hear(aJob({ id: "paid", state: "failed", problem: { ...problems.network, charged: "yes" } }));
    for (const state of ["queued", "waiting", "unconfirmed", "done"] as const) jobs.hear(aJob({ id: state, state }));
    expect(jobs.finished.map(({ id }) => id).sort()).toEqual(["cancelled", "failed"]);
  });
  test("a deleted job asks for nothing any more", () => {
    const jobs = new Jobs(new FakeHost().call);
    jobs.hear(aJob({ state: "failed" }));
    jobs.forget(["j1"]);
    expect(jobs.inTrouble).toEqual([]);
  });
});
