import { describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import { problems } from "$lib/host/fake/problems";
import { aJob } from "$lib/host/fake/samples";
import { Notices } from "./notices.svelte";
import { mayCostTwice, stepOf } from "./words";

describe("notices", () => {
  test("a call that fails leaves a card and no answer", async () => {
    const notices = new Notices();
    const answer = await notices.attempt(async () => {
      throw new Failure(problems.locked);
    });
    expect(answer).toBeUndefined();
    expect(notices.list).toMatchObject([{ kind: "problem", problem: { code: "account_locked" } }]);
  });
  test("the same problem again is one card, a different one is another", () => {
    const notices = new Notices();
    for (const problem of [problems.network, problems.network, problems.locked]) notices.add(new Failure(problem));
    expect(notices.list).toHaveLength(2);
  });
  test("files refused together are one card; none refused is none", () => {
    const notices = new Notices();
    notices.refuse([]);
    notices.refuse([
      { name: "a.txt", problem: problems.notAPicture },
      { name: "b.heic", problem: problems.heic },
    ]);
    expect(notices.list).toHaveLength(1);
    expect(notices.closeNewest()).toBe(true);
    expect(notices.closeNewest()).toBe(false);
  });
});

test.each([
  ["a blocked prompt is changed", aJob({ state: "failed", problem: problems.policy }), "edit_prompt"],
  ["a locked account is topped up", aJob({ state: "failed", problem: problems.locked }), "open_fal_billing"],
  [
    "what may pass later is tried again",
    aJob({ state: "failed", problem: { ...problems.network, next: null } }),
    "retry",
  ],
  [
    "what never passes has no button",
    aJob({ state: "failed", problem: { ...problems.network, next: null, retryable: false } }),
    null,
  ],
  ["a cancelled edit is run again", aJob({ state: "cancelled" }), "retry"],
  ["a doubtful one too", aJob({ state: "unconfirmed", problem: problems.unconfirmed }), "retry"],
] as const)("the one thing to do next: %s", (_case, job, step) => {
  expect(stepOf(job)).toBe(step);
});

test.each([
  ["nothing was charged", aJob({ state: "failed", problem: problems.policy }), false],
  ["nobody knows", aJob({ state: "unconfirmed", problem: problems.unconfirmed }), true],
  ["it was charged and is lost", aJob({ state: "failed", problem: { ...problems.network, charged: "yes" } }), true],
  [
    "it was charged and can still be fetched",
    aJob({ state: "failed", problem: { ...problems.network, charged: "yes", code: "download_failed" } }),
    false,
  ],
  ["it was cancelled", aJob({ state: "cancelled" }), false],
])("running again is warned of when it may cost twice: %s", (_case, job, warned) => {
  expect(mayCostTwice(job)).toBe(warned);
});
