import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "$lib/api/call";
import type { Job } from "$lib/api/generated";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// The whole page around the fake host: what a person does and sees, across subjects.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);

beforeEach(() => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg"] });
});

async function open() {
  render(App, { host: fake });
  await screen.findByRole("banner");
}
const prompt = () => screen.getByRole("textbox", { name: "Prompt" });
const versions = () => screen.getByRole("tree", { name: "Versions" });

describe("the first run", () => {
  test("goes from a dropped picture to its before and after by the keyboard", async () => {
    await open();
    expect(screen.getByRole("heading", { name: "Drop a picture" })).toBeTruthy();
    fake.drop({ type: "drop", paths: ["/home/ada/coffee.png"] });
    await waitFor(() => expect(document.activeElement).toBe(prompt()));
    await user.keyboard("warm cinematic, black and white vignette{Control>}{Enter}{/Control}");
    await within(versions()).findByRole(
      "treeitem",
      { name: /^warm cinematic, black and white vignette \d/ },
      { timeout: 5000 },
    );
    expect(sent("submit_edit")).toMatchObject([{ prompt: "warm cinematic, black and white vignette", model: "demo" }]);
    expect(screen.getByText("Demo engine", { selector: "b" })).toBeTruthy();
  });

  test("takes the sample picture", async () => {
    await open();
    await user.click(screen.getByRole("button", { name: "Try it on a sample picture" }));
    await screen.findByRole("tree", { name: "Versions" });
    expect(sent("add_sample")).toHaveLength(1);
  });

  test("connects fal with a pasted key, which then is nowhere on the page", async () => {
    await open();
    await user.type(screen.getByLabelText("fal key"), "id:secret");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByRole("heading", { name: "fal.ai is connected" });
    expect(document.body.innerHTML).not.toContain("id:secret");
  });
});

describe("pictures coming in", () => {
  test("each refused file is named with its reason while the good ones come in", async () => {
    await open();
    fake.drop({ type: "drop", paths: ["/a/one.png", "/a/notes.txt", "/a/IMG_1.HEIC"] });
    const card = await screen.findByRole("alert", { name: "Files that could not be added" });
    for (const words of ["notes.txt", "IMG_1.HEIC", /Not a picture/, /HEIC cannot be opened/])
      within(card).getByText(words);
    expect(versions()).toBeTruthy();
  });

  test("several are shown in the Library and counted", async () => {
    await open();
    fake.drop({ type: "drop", paths: ["/a/one.png", "/a/two.png"] });
    await screen.findByText("2 pictures added");
    expect(screen.getByRole("grid", { name: "Library" })).toBeTruthy();
  });

  test("the overlay is there while files are over the window and gone when they leave", async () => {
    await open();
    fake.drop({ type: "over" });
    await screen.findByText("Drop to add to the library");
    fake.drop({ type: "leave" });
    await waitFor(() => expect(screen.queryByText("Drop to add to the library")).toBeNull());
  });

  test("files handed over by the system open like any other", async () => {
    await open();
    fake.announce({ type: "opened", added: { versions: [fake.addOriginal("opened.png")], refused: [] } });
    await screen.findByRole("heading", { level: 1, name: "opened.png" });
  });

  test("a paste without a picture is explained", async () => {
    await open();
    await user.keyboard("{Control>}v{/Control}");
    await screen.findByRole("alert", { name: "No picture on the clipboard" });
  });
});

describe("the Studio", () => {
  test("comes back with the prompt and the picture of the last session", async () => {
    await scenes.studio(fake);
    await open();
    expect((prompt() as HTMLTextAreaElement).value).toBe("make the cup a deep cobalt blue, keep the steam rising");
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("warm cinematic light");
  });

  test("a double click on Run is one job", async () => {
    await scenes.studio(fake);
    await open();
    await user.dblClick(screen.getByRole("button", { name: /^Run/ }));
    await waitFor(() => expect(sent("submit_edit")).toHaveLength(1));
    expect(screen.queryByText("Write a wish, then Run.")).toBeNull();
  });

  test("an empty prompt is said in place", async () => {
    await scenes.studio(fake);
    await open();
    await user.clear(prompt());
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    await screen.findByText("Write a wish, then Run.");
    expect(sent("submit_edit")).toEqual([]);
  });

  test("earlier prompts are walked with Alt and the arrows", async () => {
    await scenes.studio(fake);
    await open();
    await waitFor(() => expect(sent("list_items")).toHaveLength(1));
    await user.click(prompt());
    await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
    await waitFor(() => expect((prompt() as HTMLTextAreaElement).value).toBe("cool morning"));
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect((prompt() as HTMLTextAreaElement).value).toMatch(/^make the cup/);
  });

  test("a running edit says what it does in numbers and can be cancelled", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /make it snow/ }));
    const card = screen.getByRole("region", { name: "This edit" });
    expect(within(card).getByText(/^Running \d/)).toBeTruthy();
    await user.click(within(card).getByRole("button", { name: "Show log" }));
    within(card).getByText("step 14 of 28");
    await user.click(within(card).getByRole("button", { name: "Cancel this edit" }));
    await waitFor(() => expect(sent("cancel_job")).toHaveLength(1));
    expect(screen.queryByRole("region", { name: "This edit" })).toBeNull();
    screen.getByText("Cancelled. Nothing was changed. fal may still charge what had begun.");
    expect(document.activeElement).toBe(within(versions()).getByRole("treeitem", { selected: true }));
    expect(document.activeElement).toBe(within(versions()).getByRole("treeitem", { name: "make it snow Cancelled" }));
  });

  test("where Escape and a cancel lead the keyboard is shown, even to who clicked before", async () => {
    const focus = vi.spyOn(HTMLElement.prototype, "focus");
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: "make it snow Running" }));
    await user.keyboard("{Escape}");
    expect(focus.mock.calls.at(-1)).toEqual([{ preventScroll: true, focusVisible: true }]);
    focus.mockClear();
    await user.click(screen.getByRole("button", { name: "Cancel this edit" }));
    const cancelled = await within(versions()).findByRole("treeitem", { name: "make it snow Cancelled" });
    await waitFor(() => expect(document.activeElement).toBe(cancelled));
    expect(focus.mock.calls.some(([options]) => options?.focusVisible)).toBe(true);
    focus.mockRestore();
  });

  test("Cancel does nothing more once it was asked for, and keeps the keyboard", async () => {
    await scenes.busy(fake);
    fake.answers.cancel_job = ({ id }) => {
      const job = fake.answers.get_job({ id }) as Job;
      return fake.memory.move({ ...job, cancel_asked: true }, job.state, job.progress);
    };
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: "make it snow Running" }));
    const cancel = screen.getByRole("button", { name: "Cancel this edit" });
    await user.click(cancel);
    await waitFor(() => expect(cancel.getAttribute("aria-disabled")).toBe("true"));
    expect(document.activeElement).toBe(cancel);
    await user.keyboard("{Enter}");
    await user.click(screen.getByRole("button", { name: /^Activity/ }));
    const panel = await screen.findByRole("dialog", { hidden: true });
    const row = within(panel).getByText("make it snow").closest("li");
    await user.click(within(row as HTMLElement).getByLabelText("Cancel this edit"));
    expect(sent("cancel_job")).toHaveLength(1);
  });

  test("Escape goes to Cancel of a running edit without cancelling it, and closes the card of one that ended", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: "make it snow Running" }));
    await user.keyboard("{Escape}");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Cancel this edit");
    expect(sent("cancel_job")).toEqual([]);
    await user.click(within(versions()).getByRole("treeitem", { name: /croissant/ }));
    await user.click(prompt());
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("alert", { name: "Blocked by fal's content policy" })).toBeNull();
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("Original");
    expect(document.activeElement).toBe(prompt());
    await user.keyboard("{Escape}");
    expect(document.activeElement).toBe(within(versions()).getByRole("treeitem", { selected: true }));
  });

  test("an edit nobody is sure of sends one to fal's own list first, with the time to look for", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /dragon/ }));
    const card = screen.getByRole("status", { name: "fal may have charged this" });
    await user.click(within(card).getByRole("button", { name: "Open fal's requests" }));
    expect(fake.opened).toEqual(["fal_requests"]);
    within(card).getByText(/^sent \d\d:\d\d:\d\d$/);
  });

  test("deleting the picture itself is told by its name and leads to the other pictures", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /^Original/ }));
    await user.keyboard("{Delete}");
    await screen.findByText("coffee.png and 5 versions deleted");
    await screen.findByRole("heading", { level: 1, name: "Drop a picture" });
    await waitFor(() => expect(document.activeElement?.tagName).toBe("H1"));
    await user.keyboard("{Control>}z{/Control}");
    await screen.findByText("coffee.png and 5 versions restored");
    await screen.findByRole("grid", { name: "Library" });
  });

  test("deleting a version whose parent is gone shows the original instead of leaving", async () => {
    const warm = await scenes.studio(fake);
    const golden = [...fake.memory.versions.values()].find((version) => version.prompt?.startsWith("golden hour"));
    await fake.call("set_draft", { prompt: "", version_id: golden?.id ?? null, references: [] });
    fake.memory.deleted.add(warm.job_id ?? "");
    await open();
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("golden hour");
    await user.keyboard("{Delete}");
    await screen.findByText("1 version deleted");
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("Original");
  });

  test("an unconfirmed edit is run again only after its price was said", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /dragon/ }));
    await user.click(screen.getByRole("button", { name: "Run again…" }));
    const question = await screen.findByRole("alertdialog");
    within(question).getByText(/may cost about \$0\.03 a second time\./);
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Not now"));
    expect(sent("retry_job")).toEqual([]);
    await user.click(within(question).getByRole("button", { name: "Run again" }));
    await waitFor(() => expect(sent("retry_job")).toHaveLength(1));
  });

  test("a blocked prompt goes back into the box to be changed", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /croissant/ }));
    screen.getByText(/Nothing was charged\./);
    await user.click(screen.getByRole("button", { name: "Edit the prompt" }));
    await waitFor(() => expect((prompt() as HTMLTextAreaElement).value).toBe("add a croissant"));
  });

  test("a refused edit is explained and its prompt kept", async () => {
    await scenes.studio(fake);
    fake.answers.submit_edit = () => {
      throw new Failure(problems.locked);
    };
    await open();
    await user.click(screen.getByRole("button", { name: /^Run/ }));
    const card = await screen.findByRole("alert", { name: "Your fal account is locked" });
    await user.click(within(card).getByRole("button", { name: "Open fal billing" }));
    expect(fake.opened).toEqual(["fal_billing"]);
    expect((prompt() as HTMLTextAreaElement).value).toMatch(/^make the cup/);
  });

  test("what is shown is deleted with one key and comes back with another", async () => {
    await scenes.studio(fake);
    await open();
    await user.click(within(versions()).getByRole("treeitem", { name: /golden hour/ }));
    await user.keyboard("{Delete}");
    await screen.findByText("1 version deleted");
    expect(within(versions()).queryByRole("treeitem", { name: /golden hour/ })).toBeNull();
    expect(within(versions()).getByRole("treeitem", { selected: true }).textContent).toContain("warm cinematic");
    await user.keyboard("{Control>}z{/Control}");
    await within(versions()).findByRole("treeitem", { name: /golden hour/ });
  });

  test("a copy is saved under the name that was suggested and the place that was chosen", async () => {
    const shown = await scenes.studio(fake);
    const dialog = vi.spyOn(fake, "saveDialog");
    await open();
    await user.keyboard("{Control>}s{/Control}");
    await screen.findByText("Saved saved.png");
    expect(dialog).toHaveBeenCalledWith("coffee warm cinematic.png");
    expect(sent("save_version")).toEqual([{ id: shown.id, path: "/home/ada/Pictures/saved.png" }]);
  });
});

describe("the window", () => {
  test("puts the keyboard where the view is about, and back where it was when a list is put away", async () => {
    await scenes.studio(fake);
    await open();
    const at = () => document.activeElement;
    await user.keyboard("{Control>}2{/Control}");
    await waitFor(() => expect(at()).toBe(screen.getByRole("grid", { name: "Library" })));
    await user.keyboard("?");
    await waitFor(() => expect(at()).toBe(screen.getByLabelText("Search keys")));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(at()).toBe(screen.getByRole("grid", { name: "Library" })));
    await user.keyboard("{Control>},{/Control}");
    await waitFor(() => expect(at()).toBe(screen.getByRole("heading", { level: 1, name: "Settings" })));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(at()).toBe(screen.getByRole("grid", { name: "Library" })));
    await user.keyboard("{Control>}1{/Control}");
    await waitFor(() => expect(at()).toBe(within(versions()).getByRole("treeitem", { selected: true })));
  });

  test("offers for each attempt what its problem asks for", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(screen.getByRole("button", { name: "Library" }));
    // jsdom lays nothing out, so the virtual grid draws no cell there: the rows of the panel stand for them.
    await user.click(screen.getByRole("button", { name: /^Activity/ }));
    const panel = await screen.findByRole("dialog", { hidden: true });
    await user.click(within(panel).getByLabelText("Edit the prompt"));
    await waitFor(() => expect((prompt() as HTMLTextAreaElement).value).toBe("add a croissant"));
    await waitFor(() => expect(document.activeElement).toBe(prompt()));
  });

  test("asks before it closes over running edits, and says that nothing is lost", async () => {
    await open();
    fake.announce({ type: "close_asked", active: 2 });
    const question = await screen.findByRole("alertdialog", { name: "2 edits are still running" });
    within(question).getByText(/go on at the next start/);
    await user.click(within(question).getByRole("button", { name: "Close anyway" }));
    expect(sent("quit")).toHaveLength(1);
  });

  test("keeps open when that is chosen", async () => {
    await open();
    fake.announce({ type: "close_asked", active: 1 });
    await user.click(await screen.findByRole("button", { name: "Keep open" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
    expect(sent("quit")).toEqual([]);
  });

  test("lists its keys on ?, searchable, and closes the list on Escape", async () => {
    await open();
    await user.keyboard("?");
    await user.type(await screen.findByLabelText("Search keys"), "undo");
    const list = screen.getByRole("dialog", { name: "Keyboard shortcuts" });
    within(list).getByText("Undo the last deletion");
    expect(within(list).queryByText("Run the edit")).toBeNull();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog", { name: "Keyboard shortcuts" })).toBeNull());
  });

  test("shows what runs and what needs the user, wherever one is", async () => {
    await scenes.busy(fake);
    await open();
    await user.click(screen.getByRole("button", { name: "Library" }));
    await user.click(screen.getByRole("button", { name: "Activity: 3 running · needs you: 2" }));
    // jsdom lays nothing out, so the panel is never placed and counts as hidden there.
    const panel = await screen.findByRole("dialog", { hidden: true });
    within(panel).getByText("Uploading 62 % · 1.2 of 1.9 MB");
    await user.click(within(panel).getByText("add a croissant"));
    await screen.findByRole("alert", { name: "Blocked by fal's content policy" });
  });

  test("clears failed and cancelled edits away together, with undo, and leaves the doubtful one", async () => {
    await scenes.busy(fake);
    await open();
    const badge = screen.getByRole("button", { name: "Activity: 3 running · needs you: 2" });
    expect([...badge.querySelectorAll("i")].map(({ classList }) => classList[0])).toEqual(["work", "trouble"]);
    await user.click(within(versions()).getByRole("treeitem", { name: /make it snow/ }));
    await user.click(screen.getByRole("button", { name: "Cancel this edit" }));
    await user.click(await screen.findByRole("button", { name: "Activity: 2 running · needs you: 2" }));
    const panel = await screen.findByRole("dialog", { hidden: true });
    await user.click(within(panel).getByText("Clear failed and cancelled"));
    await screen.findByText("2 attempts deleted");
    await screen.findByRole("button", { name: "Activity: 2 running · needs you: 1" });
    expect(within(versions()).getByRole("treeitem", { name: /dragon/ })).toBeTruthy();
    expect(screen.queryByText("Clear failed and cancelled")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await within(versions()).findByRole("treeitem", { name: /croissant/ });
  });

  test("says of a default model that lacks its key when it will be used", async () => {
    await scenes.studio(fake);
    fake.key = "none";
    await open();
    await user.keyboard("{Control>},{/Control}");
    await screen.findByText("Used once a fal key is set.");
  });

  test("sets the theme on the page", async () => {
    await scenes.studio(fake);
    await open();
    await user.keyboard("{Control>},{/Control}");
    await user.click(await screen.findByRole("radio", { name: "Dark" }));
    await waitFor(() => expect(document.documentElement.dataset["theme"]).toBe("dark"));
    expect(sent("change_settings").at(-1)).toEqual({ theme: "dark" });
  });

  test("a key from the environment can be tested but not changed", async () => {
    fake.key = "environment";
    await open();
    await user.keyboard("{Control>},{/Control}");
    await screen.findByText(/Set outside this window/);
    expect(screen.queryByLabelText("fal key")).toBeNull();
    expect(screen.queryByRole("button", { name: "Remove" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Test" }));
    await screen.findByText("fal knows this key. You can run edits.");
  });
});
