import { beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "$lib/api/call";
import type { FoundModels } from "$lib/api/generated";
import { SEEDREAM } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { abilities, Finder, isUnlisted, rate } from "./finder.svelte";
import { Models } from "./models.svelte";

let fake: FakeHost;
let models: Models;
let finder: Finder;
const names = () => finder.groups.map(({ name }) => name);

beforeEach(async () => {
  fake = new FakeHost();
  fake.key = "keychain";
  models = new Models(fake.call);
  finder = new Finder(fake.call, models);
  await models.read(SEEDREAM);
});

describe("looking for a model", () => {
  test("each model stands once, on the first shelf it belongs to", async () => {
    fake.catalogue.used.set(SEEDREAM, fake.memory.time());
    await models.setFavourite(SEEDREAM, true);
    await models.setFavourite("fal-ai/flux-pro/v1/fill", true);
    fake.catalogue.used.set("fal-ai/nano-banana-2/edit", fake.memory.time());
    await models.read(SEEDREAM);
    await finder.begin();
    expect(names()).toEqual(["Favourites", "Recently used", "On this computer", "Models"]);
    const ids = finder.groups.flatMap((group) => group.models.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(finder.groups[1]?.models.map(({ id }) => id)).toEqual(["fal-ai/nano-banana-2/edit"]);
  });
  test("before fal's list was ever read, the shelf is the built-in models", async () => {
    fake.catalogue.listedAt = null;
    await finder.begin();
    expect(names()).toEqual(["On this computer", "Built in"]);
  });
  test("words look in the whole list, after a pause, at most fifty", async () => {
    vi.useFakeTimers();
    finder.words = "ideogram";
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    expect(names()).toEqual(["Found"]);
    const [found] = finder.groups;
    expect(found?.models.length).toBe(50);
    expect(found?.models.every(({ id }) => id.includes("ideogram"))).toBe(true);
  });
  test("the last line says that there is more, with the number where it is known", async () => {
    await finder.begin();
    const shown = finder.groups.flatMap((group) => group.models).length - 1;
    expect(finder.more).toBe(`${(1_213 - shown).toLocaleString("en-GB")} more: type to search`);
    finder.words = "ideogram";
    await finder.look();
    expect(finder.more).toMatch(/^\d+ more: type on$/);
    finder.words = "seedream";
    await finder.look();
    expect(finder.more).toBe("");
  });
  test("the demo engine is found once, and is nobody's favourite", async () => {
    const demo = { ...fake.catalogue.get("demo"), favourite: true };
    fake.answers.list_models = () => [demo];
    const search = fake.answers.search_models;
    // Core finds it, too.
    fake.answers.search_models = async (wish) => {
      const found = await search(wish);
      return { ...found, models: [demo, ...found.models] };
    };
    await models.read("demo");
    await finder.begin();
    expect(names()).toEqual(["On this computer", "Models"]);
    finder.words = "demo";
    await finder.look();
    expect(finder.groups[0]?.models.map(({ id }) => id)).toEqual(["demo"]);
  });
  test("an endpoint id that nobody lists can be used as it is", async () => {
    finder.words = "fal-ai/some-new/model/edit";
    await finder.look();
    const [model] = finder.groups[0]?.models ?? [];
    expect(model && isUnlisted(model)).toBe(true);
    models.choose("fal-ai/some-new/model/edit");
    expect(models.current?.id).toBe("fal-ai/some-new/model/edit");
  });
  test("the newest words win, whichever answer comes last", async () => {
    const answer = fake.answers.search_models;
    const held: (() => void)[] = [];
    fake.answers.search_models = async (wish) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return answer(wish);
    };
    finder.words = "kolors";
    const first = finder.look();
    finder.words = "bria";
    const second = finder.look();
    held[1]?.();
    await second;
    held[0]?.();
    await first;
    expect(finder.found?.models.every(({ id }) => id.includes("bria"))).toBe(true);
  });
  test("a refresh keeps what is shown and says when it fails", async () => {
    await finder.begin();
    const before = finder.found?.models;
    fake.answers.refresh_models = (): FoundModels => ({
      ...(finder.found as FoundModels),
      models: [],
      refreshing: true,
    });
    await finder.refresh();
    expect([finder.found?.models, finder.refreshing]).toEqual([before, true]);
    await finder.look();
    fake.answers.refresh_models = () => {
      throw new Failure(problems.network);
    };
    await finder.refresh();
    expect(finder.problem?.code).toBe("provider_unreachable");
  });
});

test("what a model can take is said in words, and nothing where nobody knows", () => {
  expect(abilities(fake.catalogue.get("fal-ai/gpt-image-2/edit"))).toEqual(["takes a mask", "up to 16 pictures"]);
  expect(abilities(fake.catalogue.get("fal-ai/flux-pro/kontext"))).toEqual([]);
  expect(abilities(fake.catalogue.get("some/thing"))).toEqual([]);
});

test("a rate is said by the picture or the megapixel, to the last digit, and not where a unit tells nobody anything", () => {
  const model = fake.catalogue.get("fal-ai/flux-pro/kontext");
  const at = (amount: number, unit: string) => rate({ ...model, price: { amount, unit } });
  expect([at(0.03, "images"), at(0.0675, "generations")]).toEqual(["$0.03 a picture", "$0.0675 a picture"]);
  expect(at(0.012, "Processed Megapixels")).toBe("$0.012 a megapixel in and out");
  expect([at(0.001, "compute seconds"), rate({ ...model, price: null })]).toEqual(["", ""]);
  const several = { ...model, max_inputs: null, takes_references: true };
  expect(abilities(several)).toEqual(["takes a mask", "several pictures"].slice(model.takes_mask ? 0 : 1));
});

test("a default model that is neither built in nor marked nor used is found all the same", async () => {
  await models.read("fal-ai/kolors/v2/relight");
  expect(models.current?.id).toBe("fal-ai/kolors/v2/relight");
});
