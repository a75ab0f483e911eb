import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import type { Field, ModelForm } from "$lib/api/generated";
import { EVERYTHING, SEEDREAM } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { Parameters } from "./parameters.svelte";
import { fieldNamed, typedInteger, typedJson, typedNumber, typedText } from "./values";

let fake: FakeHost;
let parameters: Parameters;
const field = (name: string): Field => {
  const found = parameters.form?.fields.find((one) => one.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
};

beforeEach(() => {
  fake = new FakeHost();
  parameters = new Parameters(fake.call);
});

describe("what is typed", () => {
  test("a seed keeps every digit, as text where a number would round it", () => {
    expect(typedInteger("9152847761203345178", null, null)).toEqual({ value: "9152847761203345178" });
    expect(typedInteger(" 42 ", null, null)).toEqual({ value: 42 });
    expect(typedInteger("9007199254740991", null, null)).toEqual({ value: 9007199254740991 });
    expect(typedInteger("9007199254740993", null, null)).toEqual({ value: "9007199254740993" });
  });
  test.each([
    [typedInteger("7", 1, 6), { wrong: "1 to 6." }],
    [typedInteger("1.5", 1, 6), { wrong: "A whole number." }],
    [typedInteger("", 1, 6), { unset: true }],
    [typedNumber("0,5", 0, 1), { value: 0.5 }],
    [typedNumber("wide", null, null), { wrong: "A number." }],
    [typedNumber("-1", 0, null), { wrong: "At least 0." }],
    [typedText("🎨🎨", null, 2), { value: "🎨🎨" }],
    [typedText("abc", null, 2), { wrong: "At most 2 characters; these are 3." }],
    [typedJson('{"a":1}'), { value: { a: 1 } }],
    [typedJson("[{"), { wrong: "Not JSON yet." }],
  ])("is a value, nothing, or told why it is neither", (typed, expected) => {
    expect(typed).toEqual(expected);
  });
});

describe("the form", () => {
  test("sends only what differs from the defaults", async () => {
    await parameters.open(SEEDREAM);
    parameters.set(field("num_images"), 2);
    parameters.set(field("enable_safety_checker"), true);
    expect([parameters.values, parameters.changed]).toEqual([{ num_images: 2 }, 1]);
    parameters.set(field("num_images"), 1);
    expect(parameters.values).toEqual({});
  });
  test("starts with what core remembers", async () => {
    const form = await fake.call("get_model", { id: SEEDREAM });
    fake.answers.get_model = () => ({ ...form, values: { num_images: 3 } });
    await parameters.open(SEEDREAM);
    expect(parameters.of(field("num_images"))).toBe(3);
    parameters.reset();
    expect(parameters.of(field("num_images"))).toBe(1);
  });
  test("keeps what was changed for each model", async () => {
    await parameters.open(SEEDREAM);
    parameters.set(field("num_images"), 2);
    await parameters.open(EVERYTHING);
    expect(parameters.values).toEqual({});
    await parameters.open(SEEDREAM);
    expect(parameters.values).toEqual({ num_images: 2 });
  });
  test("a value that is none is not sent, and counts as lacking until it is mended", async () => {
    await parameters.open(SEEDREAM);
    parameters.type(field("num_images"), typedInteger("9", 1, 6));
    expect([parameters.values, parameters.wrong("num_images")]).toEqual([{}, "1 to 6."]);
    expect(parameters.lacking.map(({ name }) => name)).toEqual(["num_images"]);
    parameters.type(field("num_images"), typedInteger("4", 1, 6));
    expect([parameters.values, parameters.lacking]).toEqual([{ num_images: 4 }, []]);
  });
  test("what is required and has no default is lacking", async () => {
    await parameters.open(EVERYTHING);
    expect(parameters.lacking.map(({ name }) => name)).toEqual(["style", "mask_url"]);
  });
  test("a nullable field with a default can be set to nothing, which is sent", async () => {
    await parameters.open(EVERYTHING);
    parameters.set(field("guidance"), null);
    expect(parameters.values).toEqual({ guidance: null });
  });
  test("pictures go into their fields as versions, as many as fit", async () => {
    await parameters.open(EVERYTHING);
    parameters.addPictures(field("mask_url"), ["v1", "v2"]);
    parameters.addPictures(field("style_urls"), ["v1", "v2"]);
    parameters.addPictures(field("style_urls"), ["v3", "v4"]);
    expect(parameters.values["mask_url"]).toEqual({ version_id: "v2" });
    expect(parameters.values["style_urls"]).toEqual(["v1", "v2", "v3"].map((version_id) => ({ version_id })));
  });
  test("the last model asked for wins, whichever form comes last", async () => {
    const slow = await fake.call("get_model", { id: SEEDREAM });
    let arrive: (form: ModelForm) => void = () => {};
    const answer = fake.answers.get_model;
    fake.answers.get_model = (wish) =>
      wish.id === SEEDREAM ? new Promise<ModelForm>((resolve) => (arrive = resolve)) : answer(wish);
    const first = parameters.open(SEEDREAM);
    await parameters.open(EVERYTHING);
    arrive(slow);
    await first;
    expect(parameters.form?.model.id).toBe(EVERYTHING);
  });
  test("that cannot be read says why, and can be asked for again", async () => {
    const answer = fake.answers.get_model;
    fake.answers.get_model = () => {
      throw new Failure(problems.network);
    };
    await parameters.open(SEEDREAM);
    expect([parameters.form, parameters.problem?.code]).toEqual([null, "provider_unreachable"]);
    fake.answers.get_model = answer;
    await parameters.again();
    expect([parameters.form?.model.id, parameters.problem]).toEqual([SEEDREAM, null]);
  });
});

test("a problem's field is found by its name, else by its title", async () => {
  await parameters.open(SEEDREAM);
  const fields = parameters.form?.fields ?? [];
  expect(fieldNamed("`num_images` must be at most 6.", fields)).toBe("num_images");
  expect(fieldNamed("image_size.width must be at least 1024.", fields)).toBe("image_size");
  expect(fieldNamed("Max images is too large.", fields)).toBe("max_images");
  expect(fieldNamed("Something else.", fields)).toBeNull();
});
