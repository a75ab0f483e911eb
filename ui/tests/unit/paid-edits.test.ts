import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import { SEEDREAM } from "$lib/host/fake/catalogue";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// Models, parameters, references and money in the whole page: what a person does and reads.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);

beforeEach(() => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg", "cat.png"] });
});

async function open() {
  render(App, { host: fake });
  await screen.findByRole("banner");
}
const prompt = () => screen.getByRole("textbox", { name: "Prompt" });
const versions = () => screen.getByRole("tree", { name: "Versions" });
async function write(words: string) {
  await user.clear(prompt());
  await user.type(prompt(), words);
}

describe("the Run button", () => {
  test("says what the edit costs, and how that is known changes with the parameters", async () => {
    await scenes.studio(fake);
    await open();
    await screen.findByRole("button", { name: /^Run · about \$0\.03/ });
    await user.type(screen.getByRole("textbox", { name: "Number of images" }), "3");
    await screen.findByRole("button", { name: /^Run · about \$0\.09/ });
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    await waitFor(() => expect(sent("submit_edit")).toMatchObject([{ parameters: { num_images: 3 }, fresh: false }]));
  });

  test("does not run what would be refused: a picture too large runs once it is made to fit", async () => {
    await scenes.studio(fake);
    await open();
    await write("a huge sunset");
    await screen.findByText(/takes up to 4096/);
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    expect(sent("submit_edit")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Make it fit" }));
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    await waitFor(() => expect(sent("submit_edit")).toMatchObject([{ shrink: true }]));
  });

  test("leads from a cap that is reached to the cap", async () => {
    await scenes.studio(fake);
    await fake.call("change_settings", { day_cap: 0.1 });
    await open();
    await user.click(await screen.findByRole("button", { name: "Change cap" }));
    const cap = await screen.findByLabelText("Cap for a day, in dollars");
    await waitFor(() => expect(document.activeElement).toBe(cap));
    await user.clear(cap);
    await user.tab();
    await waitFor(() => expect(sent("change_settings").at(-1)).toEqual({ day_cap: 0 }));
  });

  test("gives a result from cache for nothing, and runs it again anyway only when told to", async () => {
    await scenes.studio(fake);
    await open();
    await user.type(await screen.findByRole("textbox", { name: "Seed" }), "7");
    await write("golden hour, brighter");
    await screen.findByRole("button", { name: /^Run · free \(from cache\)/ });
    await user.click(screen.getByRole("button", { name: "Run again anyway" }));
    await waitFor(() => expect(sent("submit_edit")).toMatchObject([{ fresh: true, parameters: { seed: 7 } }]));
  });

  test("a result from cache comes onto the stage, done as it is", async () => {
    const warm = await scenes.studio(fake);
    await open();
    fake.answers.submit_edit = (wish) => {
      const { prompt, model } = wish;
      const asked = fake.memory.addJob(warm, { prompt, model, cached_from_id: "job-before" });
      return fake.memory.finish(asked, 0).job;
    };
    await write("golden hour, brighter");
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    await screen.findByRole("button", { name: "Copy cost: from cache, $0.00" });
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("golden hour");
    expect(screen.queryByText(/Cancelled/)).toBeNull();
  });

  test("hints at one like this, and shows it", async () => {
    await scenes.studio(fake);
    await open();
    await write("golden hour, brighter");
    await user.click(await screen.findByRole("button", { name: "You already have one like this" }));
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("golden hour");
  });
});

describe("parameters", () => {
  test("a field in which stands no value keeps the edit from running, and is led to", async () => {
    await scenes.studio(fake);
    await open();
    const images = await screen.findByRole("textbox", { name: "Number of images" });
    await user.type(images, "9");
    await screen.findByText(/Number of images does not fit/);
    await user.click(prompt());
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(sent("submit_edit")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Show the field" }));
    await waitFor(() => expect(document.activeElement).toBe(images));
  });

  test("a problem of the quote is shown at the field it names", async () => {
    await scenes.studio(fake);
    await open();
    await write("a wrong number of cups");
    const images = await screen.findByRole("textbox", { name: "Number of images" });
    await waitFor(() => expect(images.getAttribute("aria-invalid")).toBe("true"));
    expect(document.getElementById(images.getAttribute("aria-describedby") ?? "")?.textContent).toBe("At most 6.");
  });

  test("every kind of field has a named control, and a seed keeps its digits", async () => {
    await scenes.everything(fake);
    await open();
    const form = within(await screen.findByRole("region", { name: "Parameters" }));
    await form.findByRole("combobox", { name: "Style" });
    form.getByRole("radiogroup", { name: "Output format" });
    form.getByRole("switch", { name: "Paste back" });
    form.getByRole("slider", { name: "Inference steps, slider" });
    form.getByRole("combobox", { name: "Image size" });
    form.getByRole("textbox", { name: "Loras, as JSON" });
    form.getByRole("button", { name: "Add mask" });
    form.getByRole("button", { name: "Add style pictures" });
    await user.type(form.getByRole("textbox", { name: "Seed" }), "9152847761203345178");
    await waitFor(() =>
      expect(sent("get_quote").at(-1)).toMatchObject({ parameters: { seed: "9152847761203345178" } }),
    );
    await user.click(form.getByRole("button", { name: "Reset all parameters" }));
    expect(form.getByRole("textbox", { name: "Seed" })).toHaveProperty("value", "");
  });

  test("that could not be read for want of a network are tried again", async () => {
    await scenes.studio(fake);
    const answer = fake.answers.get_model;
    fake.answers.get_model = async (asked) => ({
      ...(await answer(asked)),
      ...{ known: false, fields: [], problem: problems.network },
    });
    await open();
    const form = within(await screen.findByRole("region", { name: "Parameters" }));
    await form.findByText(new RegExp(problems.network.title));
    expect(form.queryByRole("textbox", { name: "Parameters, as JSON" })).toBeNull();
    fake.answers.get_model = answer;
    await user.click(form.getByRole("button", { name: "Try again" }));
    await form.findByRole("textbox", { name: "Seed" });
  });

  test("of a model whose schema nobody knows are typed as JSON", async () => {
    await scenes.studio(fake);
    await fake.call("change_settings", { model: "fal-ai/kolors/v2/relight" });
    await open();
    const raw = await screen.findByRole("textbox", { name: "Parameters, as JSON" });
    await user.click(raw);
    await user.paste('{"light": "left"}');
    await waitFor(() => expect(sent("get_quote").at(-1)).toMatchObject({ parameters: { light: "left" } }));
  });
});

describe("references", () => {
  test("are dropped, reordered and removed by the keyboard, and sent in their order", async () => {
    await scenes.studio(fake);
    await open();
    await screen.findByRole("group", { name: "References" });
    fake.drop({ type: "drop", paths: ["/a/one.png", "/a/two.png"], at: { x: innerWidth - 1, y: 200 } });
    const second = await screen.findByRole("button", { name: /^Reference 2 of 2/ });
    const [one, two] = [...fake.memory.versions.values()].slice(-2).map((version) => version.id);
    second.focus();
    await user.keyboard("{Alt>}{ArrowLeft}{/Alt}");
    await waitFor(() => expect(sent("get_quote").at(-1)).toMatchObject({ references: [two, one] }));
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    await waitFor(() => expect(sent("submit_edit")).toMatchObject([{ references: [two, one] }]));
    screen.getByRole("button", { name: /^Reference 1 of 2/ }).focus();
    await user.keyboard("{Delete}");
    await screen.findByRole("button", { name: /^Reference 1 of 1/ });
  });

  test("are there again after the program ended with nothing sent", async () => {
    await scenes.studio(fake);
    const kept = fake.addOriginal("kept.png");
    await fake.call("set_draft", { ...(await fake.call("get_draft")), references: [kept.id] });
    await open();
    await screen.findByRole("button", { name: /^Reference 1 of 1/ });
    await waitFor(() => expect(sent("get_quote").at(-1)).toMatchObject({ references: [kept.id] }));
  });

  test("come from the Library", async () => {
    await scenes.everything(fake);
    await open();
    await user.click(await screen.findByRole("button", { name: "Add reference" }));
    await user.click(await screen.findByText("From the Library…"));
    const pick = within(await screen.findByRole("dialog", { name: "Add reference from the Library" }));
    // The menu that led here gives the pointer back a moment after it closed.
    await waitFor(() => expect(document.body.style.pointerEvents).not.toBe("none"));
    await user.click((await pick.findAllByRole("button", { name: /rocket/ }))[0] as HTMLElement);
    await user.click(pick.getByRole("button", { name: "Use picture" }));
    await screen.findByRole("button", { name: /^Reference 1 of 1/ });
  });

  test("are pasted with a key of their own while the prompt has the keyboard", async () => {
    await scenes.studio(fake);
    fake.answers.paste_picture = () => ({ versions: [fake.addOriginal("pasted.png")], refused: [] });
    await open();
    await screen.findByRole("group", { name: "References" });
    await user.click(prompt());
    await user.keyboard("{Control>}{Shift>}V{/Shift}{/Control}");
    await screen.findByRole("button", { name: /^Reference 1 of 1/ });
  });

  test("are not offered where the model takes one picture", async () => {
    await scenes.studio(fake);
    await fake.call("change_settings", { model: "fal-ai/flux-pro/kontext" });
    await open();
    await screen.findByRole("textbox", { name: "Seed" });
    expect(screen.queryByRole("group", { name: "References" })).toBeNull();
  });
});

describe("the model picker", () => {
  test("is searched, starred and chosen by the keyboard", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    const search = await screen.findByLabelText(/^Search models/);
    search.focus();
    await user.keyboard("nano banana");
    await waitFor(() =>
      expect(document.getElementById(search.getAttribute("aria-activedescendant") ?? "")?.textContent).toContain(
        "Nano Banana 2",
      ),
    );
    await user.keyboard("{Control>}.{/Control}");
    await waitFor(() => expect(sent("set_favourite")).toEqual([{ id: "fal-ai/nano-banana-2/edit", favourite: true }]));
    await user.keyboard("{Enter}");
    await screen.findByRole("button", { name: "Model: Nano Banana 2" });
    await screen.findByRole("button", { name: /^Run · about \$0\.08/ });
  });

  test("reads each row as its name and what it can take, and says how many were found", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    const search = await screen.findByLabelText(/^Search models/);
    await user.type(search, "seedream 4.5");
    await waitFor(() => expect(screen.getByText("1 model", { selector: "[role=status]" })).toBeTruthy());
    const row = document.getElementById(search.getAttribute("aria-activedescendant") ?? "");
    expect(row?.getAttribute("aria-label")).toBe("Seedream 4.5, up to 10 pictures, $0.03 a picture");
    expect(row?.querySelector("[role=gridcell]")?.getAttribute("title")).toBeNull();
  });

  test("does not mark the demo engine, which has no star to take the mark back", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    const search = await screen.findByLabelText(/^Search models/);
    await user.type(search, "demo engine");
    await waitFor(() =>
      expect(document.getElementById(search.getAttribute("aria-activedescendant") ?? "")?.textContent).toMatch(
        /^Demo engine/,
      ),
    );
    await user.keyboard("{Control>}.{/Control}");
    expect(sent("set_favourite")).toEqual([]);
  });

  test("leads to the key where a model lacks one", async () => {
    await scenes.studio(fake);
    fake.key = "none";
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    await user.click(await screen.findByText("Connect fal.ai…"));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("fal key")));
  });
});

describe("cards", () => {
  const show = async (name: RegExp) => {
    await scenes.trouble(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name }));
  };

  test("an edit that is being looked for asks nothing of anybody", async () => {
    await show(/let it rain/);
    const card = within(screen.getByRole("status", { name: "Looking for it at fal" }));
    card.getByText(/^next look in \d+ s$/);
    expect(card.queryByRole("button", { name: "Run again…" })).toBeNull();
    await user.click(card.getByRole("button", { name: "Look now" }));
    await waitFor(() => expect(sent("look_again")).toHaveLength(1));
  });

  test("one that was not found is looked for again for nothing, or dismissed with undo", async () => {
    await show(/dragon/);
    const card = within(screen.getByRole("status", { name: "fal may have charged this" }));
    card.getByText(/You may have been charged about \$0\.03\.$/);
    await user.click(card.getByRole("button", { name: "Dismiss" }));
    await screen.findByText("1 attempt deleted");
    expect(sent("retry_job")).toEqual([]);
  });

  test("a locked account leads to fal's billing and can be tried again", async () => {
    await show(/locked/);
    const card = within(screen.getByRole("alert", { name: "Your fal account is locked" }));
    await user.click(card.getByRole("button", { name: "Open fal billing" }));
    expect(fake.opened).toEqual(["fal_billing"]);
    card.getByRole("button", { name: "Try again" });
  });

  test("one that failed for its key leads to the key, and is tried again once that is mended", async () => {
    await show(/key gone/);
    const card = within(screen.getByRole("alert", { name: "fal does not know this key" }));
    card.getByRole("button", { name: "Open key settings" });
    await user.click(card.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(sent("retry_job")).toHaveLength(1));
  });

  test("one that waits for the network says when it is tried again, and what cancelling costs", async () => {
    await show(/no network/);
    const card = within(screen.getByRole("region", { name: "This edit" }));
    card.getByText("No network", { exact: true });
    card.getByText(/^Trying again in \d+ s$/);
    card.getByText("Cancelling now costs nothing.");
    await user.click(card.getByRole("button", { name: "Try now" }));
    await waitFor(() => expect(sent("retry_job")).toHaveLength(1));
  });

  test("cancelling a running edit says that it may still be charged", async () => {
    await show(/make it snow/);
    const cancel = screen.getByRole("button", { name: "Cancel this edit" });
    expect(document.getElementById(cancel.getAttribute("aria-describedby") ?? "")?.textContent).toBe(
      "It may still be charged if you cancel now.",
    );
  });
});

describe("money", () => {
  test("of today stands in the Activity panel, beside its cap", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Activity/ }));
    const money = within(await screen.findByLabelText("Spending"));
    money.getByText(/ of \$5\.00 today$/);
    const meter = money.getByLabelText("Spent today");
    expect(meter.getAttribute("aria-valuetext")).toBe("$0.12 of $5.00");
    await user.click(money.getByText("Spending and caps"));
    await screen.findByRole("heading", { level: 1, name: "Settings" });
  });

  test("says when the cap is near and when it is passed", async () => {
    await scenes.studio(fake);
    const spending = await fake.call("get_spending");
    const spent = (amount: number) => ({ ...spending, today: { ...spending.today, amount }, day_cap: 1 });
    await open();
    await user.click(screen.getByRole("button", { name: /^Activity/ }));
    const meter = await screen.findByLabelText("Spent today");
    for (const [amount, tone, now] of [
      [0.79, "below", "0.79"],
      [0.8, "near", "0.8"],
      [1, "near", "1"],
      [1.2, "over", "1"],
    ] as const) {
      fake.answers.get_spending = () => spent(amount);
      fake.announce({ type: "settings" });
      await waitFor(() => expect(meter.firstElementChild?.className).toContain(tone));
      expect(meter.getAttribute("aria-valuenow")).toBe(now);
    }
    expect(meter.getAttribute("aria-valuetext")).toBe("$1.20 of $1.00, over the cap");
  });

  test("is told in the settings: balance, by model, line by line", async () => {
    await scenes.studio(fake);
    await open();
    await user.keyboard("{Control>},{/Control}");
    const section = within(await screen.findByRole("region", { name: "Spending" }));
    await section.findByText("fal says $12.50 is left.");
    expect(section.getAllByTitle(SEEDREAM)[0]?.textContent).toBe("Seedream 4");
    await section.findByRole("cell", { name: "golden hour, brighter" });
    fake.balance = null;
    await user.click(section.getByRole("button", { name: "Refresh" }));
    await section.findByText("fal does not tell this key.");
    fake.answers.get_balance = () => ({ amount: null, problem: problems.badKey });
    await user.click(section.getByRole("button", { name: "Refresh" }));
    await section.findByText("The key was refused.", { exact: true });
  });

  test("a line of the ledger leads to its edit, and what was not charged is in no sum", async () => {
    await scenes.trouble(fake);
    await open();
    await user.keyboard("{Control>},{/Control}");
    const ledger = within(await screen.findByRole("group", { name: "Ledger" }));
    const free = (await ledger.findByRole("cell", { name: "a locked door" })).closest("tr");
    expect(free?.className).toContain("no");
    // Four results, one running and two in doubt: $0.03 each. Midnight may lie between them.
    const sums = [...ledger.getAllByRole("rowheader")].map(({ textContent }) => Number(textContent?.split("$")[1]));
    expect(sums.reduce((one, other) => one + other)).toBeCloseTo(0.21);
    await user.click(ledger.getByRole("button", { name: "golden hour, brighter" }));
    await waitFor(() =>
      expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("golden hour"),
    );
  });

  test("a prompt that core has cut ends in three dots", async () => {
    await scenes.studio(fake);
    const list = fake.answers.list_ledger;
    fake.answers.list_ledger = async (where) => {
      const page = await list(where);
      return { ...page, lines: page.lines.map((line, n) => (n === 0 ? { ...line, prompt: "x".repeat(120) } : line)) };
    };
    await open();
    await user.keyboard("{Control>},{/Control}");
    await screen.findByRole("cell", { name: `${"x".repeat(120)}…` });
  });

  test("a cap that is no amount is said and not sent", async () => {
    await scenes.studio(fake);
    await open();
    await user.keyboard("{Control>},{/Control}");
    const cap = await screen.findByLabelText("Cap for a month, in dollars");
    await user.type(cap, "much");
    await user.tab();
    await screen.findByText("Dollars above zero, as 1,000 or 2.50; or nothing for no cap.");
    expect(sent("change_settings").filter((change) => "month_cap" in (change as object))).toEqual([]);
    await user.clear(cap);
    await user.type(cap, "20");
    await user.tab();
    await waitFor(() => expect(sent("change_settings").at(-1)).toEqual({ month_cap: 20 }));
    await waitFor(() => expect(cap).toHaveProperty("value", "20.00"));
    fake.answers.change_settings = () => {
      throw new Failure(problems.network);
    };
    await user.clear(cap);
    await user.type(cap, "1,000");
    await user.tab();
    await waitFor(() => expect(cap).toHaveProperty("value", "20.00"));
    expect(sent("change_settings").at(-1)).toEqual({ month_cap: 1000 });
  });

  test("what switching fal's memory off costs is said", async () => {
    await open();
    await user.keyboard("{Control>},{/Control}");
    await user.click(await screen.findByRole("switch", { name: "fal keeps what was asked and answered" }));
    await screen.findByText(/An answer that gets lost cannot be looked up/);
    expect(sent("change_settings").at(-1)).toEqual({ keep_payloads: false });
  });

  test("a version's row has its cost as soon as its edit was heard of", async () => {
    await scenes.studio(fake);
    await open();
    const row = within(versions()).getByRole("treeitem", { name: /^golden hour/ });
    expect(row.textContent).not.toContain("$");
    const [job] = [...fake.memory.jobs.values()].filter((one) => one.prompt.startsWith("golden"));
    if (job) fake.announce({ type: "job", job });
    await waitFor(() => expect(row.textContent).toContain("3.9 s · $0.03"));
  });

  test("failures are one row that opens", async () => {
    await scenes.failures(fake);
    await open();
    const rows = within(versions());
    const fold = rows.getByRole("treeitem", { name: "9 attempts that failed" });
    expect(rows.queryByRole("treeitem", { name: /dragon/ })).toBeNull();
    rows.getByRole("treeitem", { name: "3 attempts, cancelled" });
    rows.getByRole("treeitem", { name: /comet/ });
    fold.focus();
    await user.keyboard("{ArrowRight}");
    expect(rows.getAllByRole("treeitem", { name: /dragon/ })).toHaveLength(9);
    expect(fold.getAttribute("aria-expanded")).toBe("true");
    await user.keyboard("{ArrowLeft}");
    expect(rows.queryByRole("treeitem", { name: /dragon/ })).toBeNull();
  });

  test("a version's facts have its cost, the seed its model chose by itself, and its parameters", async () => {
    await scenes.studio(fake);
    const [job] = [...fake.memory.jobs.values()].filter((one) => one.prompt.startsWith("warm"));
    if (job) fake.memory.jobs.set(job.id, { ...job, parameters: { num_images: 2 } });
    await open();
    await screen.findByRole("button", { name: "Copy cost: $0.03 (billed)" });
    screen.getByRole("button", { name: "Copy seed: 18446744073709551615" });
    screen.getByRole("button", { name: "Copy with: num_images 2" });
  });
});
