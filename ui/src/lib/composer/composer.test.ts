import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "$lib/api/call";
import type { Version } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { Composer } from "./composer.svelte";
import { DraftKeeper } from "./draft";
import { Models } from "$lib/models/models.svelte";
import { Prompts } from "./prompts.svelte";
import { References } from "$lib/references/references.svelte";

let fake: FakeHost;
let composer: Composer;
let references: References;
let picture: Version;
let now: number;
const run = () =>
  composer.run({
    ...{ version_id: composer.versionId ?? "", prompt: composer.prompt.trim(), model: "demo" },
    ...{ references: [], parameters: {}, shrink: false },
  });
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);

beforeEach(() => {
  vi.useFakeTimers();
  now = 1_000_000;
  let ids = 0;
  fake = new FakeHost();
  picture = fake.addOriginal("coffee.png");
  const chance = { now: () => now, uuid: () => `key-${(ids += 1)}` };
  references = new References(() => composer.note());
  composer = new Composer(fake.call, new DraftKeeper(fake.call), new Prompts(), references, chance);
  composer.continueFrom(picture.id);
});
afterEach(() => vi.useRealTimers());

describe("running", () => {
  test("an accepted prompt leaves the box and is the first of the earlier ones", async () => {
    composer.prompt = "  warmer ";
    const job = await run();
    expect(job?.prompt).toBe("warmer");
    expect(composer.prompt).toBe("");
    composer.older();
    expect(composer.prompt).toBe("warmer");
  });
  test("two clicks at once are one job", async () => {
    composer.prompt = "warmer";
    const jobs = await Promise.all([run(), run()]);
    expect(jobs.filter((job) => job !== null)).toHaveLength(1);
    expect(sent("submit_edit")).toHaveLength(1);
  });
  test("the second half of a double click neither runs nor complains", async () => {
    composer.prompt = "warmer";
    await run();
    now += 300;
    expect(await run()).toBeNull();
    expect(composer.message).toBeNull();
    expect(sent("submit_edit")).toHaveLength(1);
  });
  test("two clicks on purpose are two jobs with two keys", async () => {
    for (const prompt of ["warmer", "warmer"]) {
      composer.prompt = prompt;
      await run();
      now += 5_000;
    }
    expect(sent("submit_edit")).toMatchObject([{ idempotency_key: "key-1" }, { idempotency_key: "key-2" }]);
  });
  test("an empty prompt is said and nothing is sent", async () => {
    composer.prompt = "   ";
    expect(await run()).toBeNull();
    expect(composer.message).toBe("Write a wish, then Run.");
    expect(sent("submit_edit")).toEqual([]);
    composer.prompt = "w";
    expect(composer.message).toBeNull();
  });
  test("a refused edit keeps its prompt and may be sent again at once", async () => {
    composer.prompt = "warmer";
    const answer = fake.answers.submit_edit;
    fake.answers.submit_edit = () => {
      throw new Failure(problems.locked);
    };
    await expect(run()).rejects.toThrow(Failure);
    expect(composer.prompt).toBe("warmer");
    fake.answers.submit_edit = answer;
    expect(await run()).not.toBeNull();
  });
  test("a wish that is still being sent is not sent twice, and that is said once it was no double click", async () => {
    composer.prompt = "warmer";
    const running = run();
    expect([await run(), composer.message]).toEqual([null, null]);
    now += 3_000;
    expect([await run(), composer.message]).toEqual([null, "This edit is still being sent."]);
    await running;
    expect(composer.message).toBeNull();
    expect(sent("submit_edit")).toHaveLength(1);
  });
  test("another wish runs while the first is on its way", async () => {
    composer.prompt = "warmer";
    const first = run();
    composer.prompt = "colder";
    const jobs = await Promise.all([first, run()]);
    expect(jobs.map((job) => job?.prompt)).toEqual(["warmer", "colder"]);
    expect(composer.prompt).toBe("");
  });
  test("a wish without a picture is said and kept", async () => {
    composer.continueFrom(null);
    composer.prompt = "warmer";
    expect(await run()).toBeNull();
    expect([composer.message, composer.prompt]).toEqual(["Add a picture first.", "warmer"]);
  });
  test("what was typed while the request was on its way stays", async () => {
    composer.prompt = "warmer";
    const running = run();
    composer.prompt = "and now a hat";
    await running;
    expect(composer.prompt).toBe("and now a hat");
  });
});

describe("the draft", () => {
  test("is written once, a moment after the last key", async () => {
    for (const prompt of ["w", "wa", "war"]) {
      composer.prompt = prompt;
      vi.advanceTimersByTime(100);
    }
    expect(sent("set_draft")).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(sent("set_draft")).toEqual([{ prompt: "war", version_id: picture.id, references: [] }]);
  });
  test("is written at once when the box is left, and not again", async () => {
    composer.prompt = "warm";
    await composer.flush();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent("set_draft")).toHaveLength(1);
  });
  test("is empty after the edit was accepted, before anything can crash", async () => {
    composer.prompt = "warm";
    await run();
    expect(sent("set_draft").at(-1)).toEqual({ prompt: "", version_id: picture.id, references: [] });
  });
  test("that could not be written is written with the next key", async () => {
    const answer = fake.answers.set_draft;
    fake.answers.set_draft = () => {
      throw new Failure(problems.network);
    };
    composer.prompt = "warm";
    await composer.flush();
    fake.answers.set_draft = answer;
    composer.prompt = "warm";
    await composer.flush();
    expect(await fake.call("get_draft")).toEqual({ prompt: "warm", version_id: picture.id, references: [] });
  });
  test("has the references, in their order", async () => {
    references.add(["one", "two"]);
    references.move("two", 0);
    await composer.flush();
    expect(sent("set_draft").at(-1)).toEqual({ prompt: "", version_id: picture.id, references: ["two", "one"] });
  });
  test("that is what the last session left is not written again", async () => {
    const draft = new DraftKeeper(fake.call);
    await fake.call("set_draft", { prompt: "left", version_id: null, references: [] });
    fake.calls.length = 0;
    draft.note(await draft.read());
    await draft.flush();
    expect(sent("set_draft")).toEqual([]);
  });
});

describe("earlier prompts", () => {
  test("are walked back and forth, and what was being typed is not lost", () => {
    const prompts = new Prompts();
    prompts.seed(["newest", "middle", "oldest"]);
    expect(prompts.older("typing")).toBe("newest");
    expect(prompts.older("newest")).toBe("middle");
    expect(prompts.older("middle")).toBe("oldest");
    expect(prompts.older("oldest")).toBeNull();
    expect(prompts.newer()).toBe("middle");
    expect(prompts.newer()).toBe("newest");
    expect(prompts.newer()).toBe("typing");
    expect(prompts.newer()).toBeNull();
  });
  test("hold each prompt once, at its last use", () => {
    const prompts = new Prompts();
    prompts.seed(["b", "a", "b"]);
    prompts.remember("a");
    expect([prompts.older(""), prompts.older(""), prompts.older("")]).toEqual(["a", "b", null]);
  });
});

describe("models", () => {
  test("without a key everything runs on the demo engine, which is named as what it is", async () => {
    const models = new Models(fake.call);
    await models.read("fal-ai/bytedance/seedream/v4/edit");
    expect(models.current?.id).toBe("demo");
    expect(models.name("demo")).toBe("Demo engine");
  });
  test("with a key the setting's model runs until another is chosen", async () => {
    fake.key = "keychain";
    const models = new Models(fake.call);
    await models.read("fal-ai/bytedance/seedream/v4/edit");
    expect(models.current?.name).toBe("Seedream 4");
    models.choose("demo");
    expect(models.current?.id).toBe("demo");
  });
  test("a model that is no longer offered is shown by its address", async () => {
    const models = new Models(fake.call);
    expect(models.name("fal-ai/old/edit")).toBe("fal-ai/old/edit");
  });
});
