import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import type { ModelForm } from "$lib/api/generated";
import { EVERYTHING } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// What was typed and chosen stays as it was, whatever is announced, and goes when what it names is gone.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);
const box = (name: string) => screen.findByRole("textbox", { name });

beforeEach(() => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg", "cat.png"] });
});

async function open() {
  render(App, { host: fake });
  await screen.findByRole("banner");
}

/** Every field, with these references and values. */
async function everything(references: string[], values: ModelForm["values"] = {}) {
  const draft = await fake.call("get_draft");
  await fake.call("set_draft", { ...draft, references });
  const form = await fake.call("get_model", { id: EVERYTHING });
  fake.answers.get_model = () => ({ ...form, values });
  await open();
  await screen.findByRole("textbox", { name: "Seed" });
}

const rocket = () => [...fake.memory.versions.values()].find(({ name }) => name === "rocket.jpg")?.id ?? "";
const warm = () => [...fake.memory.versions.values()].find(({ prompt }) => prompt?.startsWith("golden"))?.id ?? "";
const picture = (version_id: string) => ({ version_id });

test("an announcement neither reads the form again nor takes the mark of a wrong field away", async () => {
  await scenes.everything(fake);
  await open();
  await user.type(await box("Inference steps"), "280");
  await screen.findByText("1 to 50.");
  fake.calls.length = 0;
  for (const type of ["models", "settings"] as const) fake.announce({ type });
  await waitFor(() => expect(sent("list_models").length).toBeGreaterThan(1));
  expect(sent("get_model")).toEqual([]);
  expect(await box("Inference steps")).toMatchObject({ value: "280", ariaInvalid: "true" });
});

test.each([
  ["Guidance", "3.55", null],
  ["Guidance", "3.6", { guidance: 3.6 }],
  ["Inference steps", "280", null],
  ["Negative prompt", "blurry hands", { negative_prompt: "blurry hands" }],
  ["Strength", "-0.5", null],
])("what begins like a default is kept letter by letter: %s %s", async (name, typed, sends) => {
  await scenes.everything(fake);
  const form = await fake.call("get_model", { id: EVERYTHING });
  const fields = form.fields.map((field) => (field.name === "negative_prompt" ? { ...field, default: "blur" } : field));
  fake.answers.get_model = () => ({ ...form, fields: fields.filter(({ required }) => !required) });
  await open();
  await user.type(await box(name), typed);
  expect(await box(name)).toMatchObject({ value: typed, ariaInvalid: sends ? "false" : "true" });
  await waitFor(() => expect(sent("get_quote").at(-1)).toMatchObject({ parameters: sends ?? {} }));
  await user.click(screen.getByRole("button", { name: "Reset all parameters" }));
  expect(await box(name)).toMatchObject({ value: "", ariaInvalid: "false" });
});

test("the same picture stands once, also where a run before had it twice", async () => {
  await scenes.everything(fake);
  await everything([rocket(), rocket()], { style_urls: [picture(rocket()), picture(rocket())] });
  screen.getByRole("button", { name: "Reference 1 of 1: rocket.jpg" });
  const styles = within(screen.getByRole("group", { name: "Style pictures" }));
  await styles.findByText("1 of 3");
});

test("a reference and a parameter's picture go with the version that is deleted, the others stay", async () => {
  await scenes.everything(fake);
  const values = { style_urls: [picture(warm()), picture(rocket())], mask_url: picture(warm()) };
  await everything([warm(), rocket()], values);
  await screen.findByRole("button", { name: /^Reference 2 of 2/ });
  await user.click(screen.getByRole("treeitem", { name: /golden hour/ }));
  await user.keyboard("{Delete}");
  await screen.findByRole("button", { name: "Reference 1 of 1: rocket.jpg" });
  const styles = within(screen.getByRole("group", { name: "Style pictures" }));
  await styles.findByText("1 of 3");
  await waitFor(() =>
    expect(sent("get_quote").at(-1)).toMatchObject({
      references: [rocket()],
      parameters: { style_urls: [picture(rocket())] },
    }),
  );
  expect(sent("get_quote").at(-1)).not.toMatchObject({ parameters: { mask_url: {} } });
});

describe("while the small Library is open", () => {
  async function pick() {
    await scenes.everything(fake);
    await open();
    await user.click(await screen.findByRole("button", { name: "Add reference" }));
    await user.click(await screen.findByText("From the Library…"));
    return within(await screen.findByRole("dialog", { name: "Add reference from the Library" }));
  }

  test("no key deletes, runs or leaves behind it", async () => {
    const library = await pick();
    const [cell] = await library.findAllByRole("button", { name: /rocket/ });
    await waitFor(() => expect(library.getByRole("group").contains(document.activeElement)).toBe(true));
    cell?.focus();
    await user.keyboard("{Delete}{Control>}{Enter}{/Control}{Control>}2{/Control}?");
    library.getByRole("button", { name: "Use picture" });
    expect([sent("delete_items"), sent("submit_edit")]).toEqual([[], []]);
    expect(screen.queryByRole("dialog", { name: "Keyboard shortcuts" })).toBeNull();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog", { name: /from the Library/ })).toBeNull();
    await screen.findByRole("textbox", { name: "Prompt" });
  });

  test("it says that it could not be read", async () => {
    fake.answers.list_items = () => {
      throw new Failure(problems.network);
    };
    const library = await pick();
    await library.findByText(/^The Library could not be read/);
  });
});
