import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import type { Field } from "$lib/api/generated";
import { EVERYTHING, SEEDREAM } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// A wish as it is written: its form, what does not fit, the pictures beside it. Box, error and what is sent always agree.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);
const asked = () => sent("get_quote").at(-1);
const box = (name: string) => screen.findByRole("textbox", { name });
const prompt = () => screen.getByRole("textbox", { name: "Prompt" });
const runs = () => screen.getByRole("button", { name: /^Run/ });
const chosen = (list: HTMLElement) => (list as HTMLSelectElement).selectedOptions[0]?.label;
const press = () => user.keyboard("{Control>}{Enter}{/Control}");

beforeEach(() => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg", "cat.png"] });
});

async function open(scene: (fake: FakeHost) => Promise<unknown> = scenes.everything) {
  await scene(fake);
  render(App, { host: fake });
  await screen.findByRole("banner");
}

/** The every-field model, with these fields beside its own. */
async function withFields(...fields: Partial<Field>[]) {
  await scenes.everything(fake);
  const form = await fake.call("get_model", { id: EVERYTHING });
  const plain = { help: null, required: false, nullable: false, default: null };
  const all = [...(fields.map((field) => ({ ...plain, ...field })) as Field[]), ...form.fields];
  fake.answers.get_model = () => ({ ...form, fields: all });
  await open(() => Promise.resolve());
}

const said = (control: HTMLElement) =>
  document.getElementById(control.getAttribute("aria-describedby") ?? "")?.textContent ?? "";

describe("a number that does not fit", () => {
  test("is not in force under its first digits, and stands there with its error after one comes back", async () => {
    await open();
    await user.type(await box("Inference steps"), "99");
    await waitFor(() => expect(asked()).toMatchObject({ parameters: {} }));
    expect(Object.keys((asked() as { parameters: object }).parameters)).toEqual([]);
    const same = async () => {
      const steps = await box("Inference steps");
      expect([steps, said(steps), runs().getAttribute("aria-disabled")]).toMatchObject([
        { value: "99" },
        "1 to 50.",
        "true",
      ]);
    };
    await same();
    expect(screen.queryByText(/changed$/)).toBeNull();
    for (let times = 0; times < 2; times += 1) await user.click(screen.getByRole("button", { name: /^Details/ }));
    await same();
    await user.click(screen.getByRole("button", { name: "Inference steps: back to the default" }));
    expect(await box("Inference steps")).toMatchObject({ value: "", ariaInvalid: "false" });
  });

  test("is told when one leaves it, not at every key", async () => {
    await open();
    const steps = await box("Inference steps");
    const told = () => screen.getAllByRole("status").map((region) => region.textContent);
    await user.type(steps, "99");
    await screen.findByText("Inference steps does not fit.");
    expect(told().join()).not.toContain("fit");
    expect(screen.queryByRole("alert")?.textContent ?? "").toBe("");
    await user.tab();
    expect(told().filter((words) => words?.includes("Inference steps"))).toEqual(["Inference steps: 1 to 50."]);
  });

  test("leads whoever runs it to the field, also out of a folded form", async () => {
    await open(scenes.studio);
    await user.type(await box("Number of images"), "9");
    await user.click(screen.getByRole("button", { name: /^Parameters/ }));
    await user.click(prompt());
    await press();
    const link = await screen.findByRole("button", { name: "Show the field" });
    await waitFor(() => expect(document.activeElement).toBe(link));
    expect([said(link), said(runs())]).toEqual(["Number of images does not fit.", "Number of images does not fit."]);
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(document.activeElement).toBe(await box("Number of images")));
    expect(sent("submit_edit")).toEqual([]);
  });
});

test("a side of a size that is emptied is told, and no size is in force", async () => {
  await open();
  const width = await box("Image size, width in pixels");
  await user.clear(width);
  await screen.findByText("Width and height: 1024 to 4096.");
  await waitFor(() => expect(runs().getAttribute("aria-disabled")).toBe("true"));
  await user.type(width, "1500");
  await waitFor(() => expect(asked()).toMatchObject({ parameters: { image_size: { width: 1500, height: 2048 } } }));
  expect(chosen(screen.getByRole("combobox", { name: "Image size" }))).toBe("Width × height");
});

test("a wrong JSON of unknown parameters is not sent as what it was before", async () => {
  await scenes.studio(fake);
  await fake.call("change_settings", { model: "fal-ai/kolors/v2/relight" });
  await open(() => Promise.resolve());
  const raw = await box("Parameters, as JSON");
  await user.click(raw);
  await user.paste('{"light": "left"}');
  await waitFor(() => expect(asked()).toMatchObject({ parameters: { light: "left" } }));
  await user.type(raw, "x");
  await waitFor(() => expect(runs().getAttribute("aria-disabled")).toBe("true"));
  await user.click(runs());
  expect(sent("submit_edit")).toEqual([]);
  expect(said(raw)).toBe("Not JSON yet.");
});

describe("a list of choices", () => {
  test("that may be left out says who chooses then, and goes back to it", async () => {
    await open();
    const list = await screen.findByRole("combobox", { name: "Resolution" });
    expect(chosen(list)).toBe("As the model likes");
    await user.selectOptions(list, "2K");
    await waitFor(() => expect(asked()).toMatchObject({ parameters: { resolution: "2K" } }));
    await user.selectOptions(list, "As the model likes");
    await waitFor(() => expect(asked()).toMatchObject({ parameters: {} }));
    expect([list, screen.getByRole("combobox", { name: "Style" })].map(chosen)).toEqual([
      ...["As the model likes", "Choose…"],
    ]);
  });

  test("has None among it where none is a value of its own", async () => {
    await open();
    const list = await screen.findByRole("combobox", { name: "Acceleration" });
    await user.selectOptions(list, "None");
    await waitFor(() => expect(asked()).toMatchObject({ parameters: { acceleration: null } }));
    expect(chosen(list)).toBe("None");
  });
});

test("a box whose default was put away says none", async () => {
  await open();
  await user.click(await screen.findByRole("button", { name: "Guidance: use none" }));
  expect(await box("Guidance")).toMatchObject({ value: "", placeholder: "None" });
});

test("a slider stands only where there is a value, and the reset comes after its field", async () => {
  await open();
  const creativity = await box("Creativity");
  expect(screen.queryByRole("slider", { name: "Creativity, slider" })).toBeNull();
  await user.type(creativity, "0.4");
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Creativity: back to the default" }));
});

test("help is shown whole once its field has the keyboard", async () => {
  await open();
  const creativity = await box("Creativity");
  const help = screen.getByText(/^How far the model may go/);
  expect(help.classList).not.toContain("whole");
  creativity.focus();
  await waitFor(() => expect(help.classList).toContain("whole"));
});

test("a field for one picture is called by the picture, which is replaced and removed", async () => {
  await withFields({ name: "face_url", title: "Face Image URL", kind: { kind: "image" } });
  const face = within(await screen.findByRole("group", { name: "Face Image" }));
  const pick = async (opener: string, name: RegExp) => {
    await user.click(face.getByRole("button", { name: opener }));
    await user.click(await screen.findByText("From the Library…"));
    const library = within(await screen.findByRole("dialog", { name: `${opener} from the Library` }));
    await user.click((await library.findAllByRole("button", { name }))[0] as HTMLElement);
    await user.click(library.getByRole("button", { name: "Use picture" }));
  };
  await pick("Add face image", /rocket/);
  await face.findByRole("img", { name: "rocket.jpg" });
  expect(face.queryByText("1 of 1")).toBeNull();
  await pick("Replace face image", /cat/);
  await face.findByRole("img", { name: "cat.png" });
  expect(document.activeElement).toBe(face.getByRole("button", { name: "Replace face image" }));
  await user.click(face.getByRole("button", { name: "Remove face image" }));
  expect(document.activeElement).toBe(face.getByRole("button", { name: "Add face image" }));
  expect(face.queryByRole("img")).toBeNull();
});

describe("references", () => {
  async function withReferences(model: string) {
    await scenes.everything(fake);
    const [rocket, cat] = [...fake.memory.versions.values()].slice(-2);
    const references = [rocket?.id ?? "", cat?.id ?? ""];
    await fake.call("set_draft", { ...(await fake.call("get_draft")), references });
    await fake.call("change_settings", { model });
    await open(() => Promise.resolve());
    return references;
  }

  test("stay in sight where the model takes none, and that is said beside whatever else is", async () => {
    await withReferences("fal-ai/flux-pro/kontext");
    await screen.findByText("This model takes no references: 2 are not sent.");
    await screen.findByRole("button", { name: "Reference 1 of 2: rocket.jpg, not sent" });
    expect(screen.queryByRole("button", { name: /Add reference|No more fit/ })).toBeNull();
    await user.clear(prompt());
    await user.type(prompt(), "a huge sunset");
    await screen.findByRole("button", { name: "Make it fit" });
    screen.getByText("This model takes no references: 2 are not sent.");
    expect(asked()).toMatchObject({ references: [] });
  });

  test("are named, and their new place is told", async () => {
    await withReferences(SEEDREAM);
    (await screen.findByRole("button", { name: "Reference 2 of 2: cat.png" })).focus();
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    await screen.findByText("Now 1 of 2");
    await screen.findByRole("button", { name: "Reference 1 of 2: cat.png" });
  });

  test("are picked among what is not there yet, as many as fit, with the keyboard kept inside and given back", async () => {
    const [rocket] = await withReferences(EVERYTHING);
    await user.click(await screen.findByRole("button", { name: "Remove reference 2" }));
    const opener = await screen.findByRole("button", { name: "Add reference" });
    await user.click(opener);
    await user.click(await screen.findByText("From the Library…"));
    const pick = within(await screen.findByRole("dialog", { name: "Add reference from the Library" }));
    const cells = await waitFor(() => {
      const found = within(pick.getByRole("group", { name: "Recent pictures" })).getAllByRole("button");
      expect(document.activeElement).toBe(found[0]);
      return found;
    });
    expect(pick.queryByRole("button", { name: /rocket/ })).toBeNull();
    expect(pick.queryByRole("button", { name: /warm cinematic/ })).toBeNull();
    pick.getByText("0 of 2 more");
    for (const cell of cells.slice(0, 3)) await user.click(cell);
    pick.getByText("2 of 2 more");
    expect(cells[2]).toMatchObject({ ariaPressed: "false", ariaDisabled: "true" });
    pick.getByRole("button", { name: "Use 2 pictures" }).focus();
    await user.tab();
    expect(document.activeElement).toBe(pick.getByRole("button", { name: "Close" }));
    await user.tab({ shift: true });
    await user.keyboard("{Enter}");
    await screen.findByRole("button", { name: /^Reference 3 of 3/ });
    expect(asked()).toMatchObject({ references: [rocket] });
    await waitFor(() => expect(document.activeElement).toBe(opener));
    expect(opener).toMatchObject({ ariaLabel: "No more fit: this model takes 3", ariaDisabled: "true" });
    await user.click(opener);
    expect(screen.queryByText("From the Library…")).toBeNull();
  });
});

test("what a problem offers gives the keyboard back to the prompt", async () => {
  await open(scenes.studio);
  await user.clear(prompt());
  await user.type(prompt(), "a huge sunset");
  const line = await screen.findByText("Seedream 4 takes up to 4096 × 4096; this one is 6000 × 4000.");
  expect(line.title).toContain("too large");
  await press();
  const fit = screen.getByRole("button", { name: "Make it fit" });
  await waitFor(() => expect(document.activeElement).toBe(fit));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(document.activeElement).toBe(prompt()));
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(document.activeElement).toBe(prompt()));
});

test("a problem is one line: what happened, without the advice that a link beside it gives", async () => {
  await scenes.studio(fake);
  const answer = fake.answers.get_quote;
  const told = { title: "The fal key is missing", detail: "The fal key is missing.", next: null };
  const problem = { ...problems.badKey, ...told };
  fake.answers.get_quote = async (wish) => ({
    ...(await answer(wish)),
    problem: { ...problem, next: "open_key_settings" },
  });
  await open(() => Promise.resolve());
  await screen.findByText("The fal key is missing.");
  screen.getByRole("button", { name: "Open key settings" });
  const detail = "$0.24 of today's $0.22 is spent; this is about $0.03. Nothing was sent. Raise the cap.";
  fake.answers.get_quote = async (wish) => ({ ...(await answer(wish)), problem: { ...problem, detail } });
  await user.type(prompt(), "!");
  await screen.findByText("$0.24 of today's $0.22 is spent; this is about $0.03.");
  expect(screen.queryByText(/The fal key is missing/)).toBeNull();
});

test("the price is told when it changes", async () => {
  await open(scenes.studio);
  const told = () => screen.getAllByRole("status").map((region) => region.textContent);
  await waitFor(() => expect(told()).toContain("about $0.03"));
  await user.type(await box("Number of images"), "3");
  await waitFor(() => expect(told()).toContain("about $0.09"));
});

test("a refusal by fal that names a parameter leads to its field", async () => {
  await scenes.studio(fake);
  const warm = [...fake.memory.versions.values()].find(({ prompt }) => prompt?.startsWith("warm"));
  const problem = {
    ...{ ...problems.policy, code: "request_refused", title: "The model refused the request" },
    detail: "num_images: Input should be less than 5. Change what it names, or choose another model.",
  };
  if (warm) fake.memory.addJob(warm, { prompt: "too many", model: SEEDREAM, state: "failed", problem }, 1_000);
  await open(() => Promise.resolve());
  await box("Number of images");
  await user.click(screen.getByRole("treeitem", { name: /too many/ }));
  const card = within(await screen.findByRole("alert", { name: "The model refused the request" }));
  card.getByRole("button", { name: "Edit the prompt" });
  await user.click(card.getByRole("button", { name: "Show the field" }));
  await waitFor(async () => expect(document.activeElement).toBe(await box("Number of images")));
});
