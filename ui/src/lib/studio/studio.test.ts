import { beforeEach, describe, expect, test } from "vitest";
import type { Job, Version } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { Jobs } from "$lib/jobs/jobs.svelte";
import { Studio } from "./studio.svelte";

let fake: FakeHost;
let jobs: Jobs;
let studio: Studio;
let original: Version;

beforeEach(() => {
  fake = new FakeHost();
  jobs = new Jobs(fake.call);
  studio = new Studio(fake.call, jobs);
  original = fake.addOriginal("coffee.png");
});

/** A job as core would announce it: heard by Jobs first, then by the Studio. */
async function announce(job: Job) {
  jobs.hear(job);
  return studio.hear(job);
}
const job = (prompt: string) => fake.memory.addJob(original, { prompt, model: "demo" });
const fail = (working: Job) => fake.memory.move(working, "failed", null, problems.policy);
const shown = () => studio.shown?.id;

describe("what is shown", () => {
  test("opening a picture shows it with its whole history", async () => {
    fake.memory.finish(job("warmer"), 100);
    await studio.open(original.id);
    expect(shown()).toBe(original.id);
    expect(studio.tree.map((node) => [node.kind, node.depth])).toEqual([
      ["version", 0],
      ["version", 1],
    ]);
  });

  test("a picture that is being opened comes onto the stage, whatever is announced meanwhile", async () => {
    await studio.open(original.id);
    const other = fake.addOriginal("valley.png");
    const opening = studio.open(other.id);
    const again = studio.reread();
    await Promise.all([opening, again]);
    expect(shown()).toBe(other.id);
    expect(studio.root?.id).toBe(other.id);
  });

  test("failures are folded, passed over by the arrows, and open while one of them is shown", async () => {
    const earlier = (prompt: string) => fake.memory.addJob(original, { prompt, model: "demo" }, 60_000);
    const failed = ["a", "b", "c"].map((prompt) => fail(earlier(prompt)));
    fake.memory.finish(job("warmer"), 100);
    await studio.open(original.id);
    const rows = () => studio.rows.map((row) => (row.kind === "fold" ? row.open : row.kind));
    const [, fold] = studio.rows;
    expect(rows()).toEqual(["version", false, "version"]);
    studio.step(1);
    expect(studio.version?.prompt).toBe("warmer");
    if (fold?.kind === "fold") studio.toggle(fold);
    expect(rows()).toEqual(["version", true, "job", "job", "job", "version"]);
    studio.step(-1);
    expect(shown()).toBe(failed[2]?.id);
    const open = studio.rows[1];
    if (open?.kind === "fold") studio.toggle(open);
    expect(rows()).toEqual(["version", false, "version"]);
    expect(shown()).toBe(original.id);
    studio.show({ kind: "job", id: failed[0]?.id ?? "" });
    expect(rows()).toEqual(["version", true, "job", "job", "job", "version"]);
  });

  test("the result of the job that is shown takes its place, beside what it was made from", async () => {
    await studio.open(original.id);
    const working = job("warmer");
    await announce(working);
    studio.show({ kind: "job", id: working.id });
    expect(studio.version?.id).toBe(original.id);
    const { job: done, version } = fake.memory.finish(working, 100);
    expect(await announce(done)).toBe(true);
    expect(studio.version?.id).toBe(version.id);
    expect(studio.before?.id).toBe(original.id);
  });

  test("a job that ends elsewhere leaves the stage to what is looked at", async () => {
    const first = fake.memory.finish(job("warmer"), 100).version;
    const working = job("colder");
    await studio.open(first.id);
    await announce(working);
    expect(await announce(fake.memory.finish(working, 100).job)).toBe(false);
    expect(shown()).toBe(first.id);
    expect(studio.versions).toHaveLength(3);
  });

  test("a failure is shown where the result would have been, and stays in the tree", async () => {
    await studio.open(original.id);
    const working = job("warmer");
    await announce(working);
    await announce(fail(working));
    expect(studio.job?.problem?.code).toBe("policy_blocked");
    expect(studio.before).toBeNull();
    expect(studio.tree.at(-1)).toMatchObject({ kind: "job", id: working.id });
  });

  test("a cancelled job stays until it is closed, so that its outcome is read", async () => {
    await studio.open(original.id);
    const working = job("warmer");
    studio.show({ kind: "job", id: working.id });
    await announce(fake.memory.move(working, "cancelled"));
    expect(studio.job?.state).toBe("cancelled");
    await studio.reread();
    expect(shown()).toBe(working.id);
  });

  test("a job cancelled elsewhere does not take the stage from its input", async () => {
    await studio.open(original.id);
    const working = job("warmer");
    await announce(working);
    await announce(fake.memory.move(working, "cancelled"));
    expect(shown()).toBe(original.id);
  });

  test("jobs of other pictures do not come in", async () => {
    await studio.open(original.id);
    const other = fake.memory.addJob(fake.addOriginal("rocket.jpg"), { prompt: "night", model: "demo" });
    expect(await announce(other)).toBe(false);
    expect(studio.tree).toHaveLength(1);
  });

  test("of two pictures opened in haste the last one wins, whichever answer comes last", async () => {
    const second = fake.addOriginal("rocket.jpg");
    const answer = fake.answers.get_history;
    let letFirstGo = () => {};
    fake.answers.get_history = async (request) => {
      if (request.id === original.id) await new Promise<void>((go) => (letFirstGo = go));
      return answer(request);
    };
    const slow = studio.open(original.id);
    await studio.open(second.id);
    letFirstGo();
    await slow;
    expect(studio.root?.id).toBe(second.id);
    expect(shown()).toBe(second.id);
  });

  test("stepping goes through the tree and stops at its ends", async () => {
    const made = fake.memory.finish(job("warmer"), 100).version;
    await studio.open(original.id);
    studio.step(-1);
    expect(shown()).toBe(original.id);
    studio.step(1);
    studio.step(1);
    expect(shown()).toBe(made.id);
  });

  test("a picture that was deleted elsewhere closes", async () => {
    await studio.open(original.id);
    fake.memory.deleted.add(original.id);
    await studio.reread();
    expect(studio.version).toBeNull();
  });

  test("a deleted version gives way to the original", async () => {
    const made = fake.memory.finish(job("warmer"), 100).version;
    await studio.open(made.id);
    fake.memory.deleted.add(made.job_id ?? "");
    await studio.reread();
    expect(shown()).toBe(original.id);
  });

  test("a job opened from elsewhere shows its result when it has one", async () => {
    const { job: done, version } = fake.memory.finish(job("warmer"), 100);
    await studio.openJob(done);
    expect(shown()).toBe(version.id);
    await studio.openJob(fail(job("colder")));
    expect(studio.job?.prompt).toBe("colder");
  });
});
