import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeHost } from "$lib/host/fake/fake-host";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// While core is slow: what runs, and what the button says that it costs, is always what is seen.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);
const runs = () => screen.getByRole("button", { name: /^Run/ });
const prompt = () => screen.getByRole("textbox", { name: "Prompt" });

beforeEach(() => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg", "cat.png"] });
});

async function open() {
  render(App, { host: fake });
  await screen.findByRole("banner");
}

/** Answers of this operation wait until they are let go, in the order of the calls. */
function hold<O extends "get_model" | "get_quote" | "search_models" | "refresh_models">(operation: O): (() => void)[] {
  const waiting: (() => void)[] = [];
  const answer = fake.answers[operation] as (request: never) => unknown;
  const slow = async (request: never) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return answer(request);
  };
  Object.assign(fake.answers, { [operation]: slow });
  return waiting;
}

describe("while a model's form is being read", () => {
  test("nothing runs, which is said, and then what was chosen goes along", async () => {
    await scenes.studio(fake);
    const rocket = fake.addOriginal("rocket.jpg");
    await fake.call("set_draft", { ...(await fake.call("get_draft")), references: [rocket.id] });
    const read = fake.answers.get_model;
    fake.answers.get_model = async (wish) => ({ ...(await read(wish)), values: { num_images: 2 } });
    const forms = hold("get_model");
    await open();
    await user.click(await screen.findByRole("button", { name: /^Run/ }));
    await screen.findByText("The model's parameters are still being read.");
    expect(sent("submit_edit")).toEqual([]);
    forms[0]?.();
    await waitFor(() => expect(screen.queryByText(/still being read/)).toBeNull());
    await user.click(runs());
    const along = { parameters: { num_images: 2 }, references: [rocket.id], fresh: false };
    await waitFor(() => expect(sent("submit_edit")).toMatchObject([along]));
  });

  test("a pasted reference is taken", async () => {
    await scenes.studio(fake);
    fake.answers.paste_picture = () => ({ versions: [fake.addOriginal("pasted.png")], refused: [] });
    hold("get_model");
    await open();
    await user.click(prompt());
    await user.keyboard("{Control>}{Shift>}V{/Shift}{/Control}");
    await screen.findByRole("button", { name: /^Reference 1 of 1/ });
    expect(screen.queryByText("This model takes one picture only.")).toBeNull();
  });
});

describe("while a price is being asked for", () => {
  test("an edit is not called free because the one before was", async () => {
    await scenes.studio(fake);
    await open();
    await user.type(await screen.findByRole("textbox", { name: "Seed" }), "7");
    await user.clear(prompt());
    await user.type(prompt(), "golden hour, brighter");
    await screen.findByRole("button", { name: /^Run · free \(from cache\)/ });
    hold("get_quote");
    await user.type(prompt(), "!");
    expect(runs().textContent).not.toContain("free");
    expect(screen.queryByRole("button", { name: "Show it" })).toBeNull();
  });

  test("the amount of the edit before is dimmed, and another picture's is not kept", async () => {
    await scenes.studio(fake);
    await open();
    await screen.findByRole("button", { name: /about \$0\.03/ });
    const amount = within(runs()).getByText(/about/);
    expect(amount.classList).not.toContain("old");
    const prices = hold("get_quote");
    await user.type(prompt(), "!");
    expect([amount.textContent, [...amount.classList].includes("old")]).toEqual(["Run · about $0.03", true]);
    await waitFor(() => expect(prices).toHaveLength(1));
    prices[0]?.();
    await waitFor(() => expect(amount.classList).not.toContain("old"));
    await user.click(screen.getByRole("treeitem", { name: /golden hour/ }));
    expect(runs().textContent).not.toContain("$");
  });
});

describe("Enter in the model picker", () => {
  /** Opens the picker; what it gives back pastes the words. */
  async function search(words: string) {
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    const box = await screen.findByLabelText(/^Search models/);
    await screen.findByText(/^1,213 models/);
    box.focus();
    return user.paste.bind(user, words);
  }

  test("chooses what was found for the words as they stand, not for those before", async () => {
    const paste = await search("fal-ai/gpt-image-2/edit");
    const looks = hold("search_models");
    await paste();
    await user.keyboard("{Enter}");
    expect(screen.queryByLabelText(/^Search models/)).not.toBeNull();
    looks.forEach((answer) => answer());
    await screen.findByRole("button", { name: "Model: GPT Image 2" });
  });

  test("chooses nothing when the list was left before the answer came", async () => {
    const looks = hold("search_models");
    await scenes.studio(fake);
    await open();
    await user.click(screen.getByRole("button", { name: /^Model:/ }));
    (await screen.findByLabelText(/^Search models/)).focus();
    await user.paste("fal-ai/gpt-image-2/edit");
    await user.keyboard("{Enter}");
    const asked = sent("search_models").length;
    expect(sent("search_models").at(-1)).toEqual({ words: "fal-ai/gpt-image-2/edit" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(looks).toHaveLength(asked);
    looks.forEach((answer) => answer());
    await new Promise((resolve) => setTimeout(resolve));
    screen.getByRole("button", { name: "Model: Seedream 4" });
  });

  test("says that fal's list is being read as long as it is", async () => {
    const refreshes = hold("refresh_models");
    await search("");
    const refresh = screen.getByText("Refresh");
    await user.click(refresh);
    await screen.findByText("Reading fal's list…");
    expect(refresh.getAttribute("aria-disabled")).toBe("true");
    await user.click(refresh);
    expect(refreshes).toHaveLength(1);
    refreshes[0]?.();
    await screen.findByText(/^1,213 models/);
  });
});
