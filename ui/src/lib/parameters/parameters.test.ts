import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import type { Field, ModelForm } from "$lib/api/generated";
import { EVERYTHING, SEEDREAM } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { Parameters } from "./parameters.svelte";
import { range, typedInteger, typedJson, typedNumber, typedSize, typedText } from "./values";
import { fieldNamed, lowered, named, reason } from "./words";

let fake: FakeHost;
let parameters: Parameters;
const field = (name: string): Field => {
  const found = parameters.form?.fields.find((one) => one.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
};

const type = (name: string, text: string) => {
  const { kind } = field(name);
  if (kind.kind !== "integer") throw new Error(`${name} is no whole number`);
  parameters.type(field(name), text, typedInteger(text, kind));
};
const bounds = (min: number | null, max: number | null, step: number | null = null) => ({ min, max, step });

beforeEach(() => {
  fake = new FakeHost();
  parameters = new Parameters(fake.call);
});

describe("what is typed", () => {
  test("a seed keeps every digit, as text where a number would round it", () => {
    expect(typedInteger("9152847761203345178", bounds(null, null))).toEqual({ value: "9152847761203345178" });
    expect(typedInteger(" 42 ", bounds(null, null))).toEqual({ value: 42 });
    expect(typedInteger("9007199254740991", bounds(null, null))).toEqual({ value: 9007199254740991 });
    expect(typedInteger("9007199254740993", bounds(null, null))).toEqual({ value: "9007199254740993" });
  });
  test.each([
    [typedInteger("7", bounds(1, 6)), { wrong: "1 to 6." }],
    [typedInteger("1.5", bounds(1, 6)), { wrong: "A whole number." }],
    [typedInteger("", bounds(1, 6)), { unset: true }],
    [typedNumber("0,5", bounds(0, 1)), { value: 0.5 }],
    [typedNumber("wide", bounds(null, null)), { wrong: "A number." }],
    [typedNumber("-1", bounds(0, null)), { wrong: "At least 0." }],
    [typedInteger("10", bounds(4, 48, 4)), { wrong: "A multiple of 4." }],
    [typedNumber("0.3", bounds(0, 1, 0.1)), { value: 0.3 }],
    [typedSize("1024×768", 64, 14142), { value: { width: 1024, height: 768 } }],
    [typedSize("1024×", 64, 14142), { wrong: "Width and height: 64 to 14142." }],
    [typedSize("1024×10.5", 64, null), { wrong: "Width and height: at least 64." }],
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
    type("num_images", "9");
    expect([parameters.values, parameters.wrong("num_images")]).toEqual([{}, "1 to 6."]);
    expect(parameters.lacking.map(({ name }) => name)).toEqual(["num_images"]);
    type("num_images", "4");
    expect([parameters.values, parameters.lacking]).toEqual([{ num_images: 4 }, []]);
  });
  test("a value does not stay in force under a text that is none, and the text is there again after another model", async () => {
    await parameters.open(SEEDREAM);
    for (const typed of ["4", "44"]) type("num_images", typed);
    const half = { values: {}, changed: 0, text: "44", wrong: "1 to 6." };
    const now = () => ({
      ...{ values: parameters.values, changed: parameters.changed },
      ...{ text: parameters.text("num_images"), wrong: parameters.wrong("num_images") },
    });
    expect(now()).toEqual(half);
    await parameters.open(EVERYTHING);
    expect(now()).toMatchObject({ text: null, wrong: null });
    await parameters.open(SEEDREAM);
    expect(now()).toEqual(half);
    expect(parameters.touched).toBe(true);
    parameters.reset();
    expect([now(), parameters.touched]).toMatchObject([{ text: null, wrong: null }, false]);
  });
  test("a default that is typed out stays as it was typed and is no change", async () => {
    await parameters.open(EVERYTHING);
    for (const typed of ["2", "28"]) type("steps", typed);
    expect([parameters.text("steps"), parameters.changed]).toEqual(["28", 0]);
  });
  test("nobody knows holds all parameters as one object, and nothing under a text that is none", async () => {
    await parameters.open("fal-ai/kolors/v2/relight");
    parameters.typeAll('{"light": "left"}');
    expect([parameters.values, parameters.lacking]).toEqual([{ light: "left" }, []]);
    for (const text of ['{"light": "left"', "[1]", "7"]) {
      parameters.typeAll(text);
      expect([parameters.values, parameters.lacking]).toMatchObject([{}, [{ name: "parameters" }]]);
    }
    parameters.typeAll("");
    expect([parameters.values, parameters.lacking]).toEqual([{}, []]);
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
    parameters.addPictures(field("style_urls"), ["v1", "v1", "v2"]);
    parameters.addPictures(field("style_urls"), ["v2", "v3", "v4"]);
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

test.each([
  ["The parameter steps must be a multiple of 4. Change it and try again.", "steps", "A multiple of 4."],
  ["`num_images` must be at most 6.", "num_images", "At most 6."],
  ["num_images: Input should be less than 5", "num_images", "Input should be less than 5"],
  ["The parameter image_size.width must be more than 0. Change it.", "image_size", "Width: more than 0."],
  ["The parameter tint must be given. Change it.", "tint", "Must be given."],
  ["Max images is too large.", "max_images", "Max images is too large."],
])("a field reads only why: %s", (detail, name, said) => {
  expect(reason(detail, name)).toBe(said);
});

test("fields are called by what people give", async () => {
  await parameters.open(EVERYTHING);
  const titled = (name: string, title: string) => named({ ...field(name), title }).title;
  expect([titled("mask_url", "Mask Image URL"), titled("style_urls", "Style Image URLs")]).toEqual([
    ...["Mask Image", "Style Image"],
  ]);
  expect(titled("negative_prompt", "Callback URL")).toBe("Callback URL");
  expect(["Mask Image", "IP Adapter", "LoRA scale"].map(lowered)).toEqual(["mask image", "IP adapter", "LoRA scale"]);
});

test("large numbers are grouped, small ones are not", () => {
  expect([range(655360, 8294400), range(1, 14142)]).toEqual(["655,360 to 8,294,400.", "1 to 14142."]);
});
