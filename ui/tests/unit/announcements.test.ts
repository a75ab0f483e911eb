import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { FakeHost } from "$lib/host/fake/fake-host";
import * as scenes from "$lib/host/fake/scenes";
import App from "../../src/App.svelte";

// What core announces and answers reaches everything that shows it, also when an announcement was lost.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) => fake.calls.filter((call) => call.operation === operation);

beforeEach(async () => {
  fake = new FakeHost({ names: ["coffee.png", "rocket.jpg", "cat.png"] });
  await scenes.busy(fake);
  render(App, { host: fake });
  await screen.findByRole("banner");
});

const tree = () => within(screen.getByRole("tree", { name: "Versions" }));
const snow = () => tree().getByRole("treeitem", { name: /make it snow/ });
const job = (prompt: string) => {
  const found = [...fake.memory.jobs.values()].find((one) => one.prompt === prompt);
  if (!found) throw new Error(`no job ${prompt}`);
  return found;
};

test("an edit whose end was not heard is not shown as running once the page catches up", async () => {
  await user.click(snow());
  await screen.findByRole("button", { name: /^Activity: 3 running/ });
  const { version } = fake.memory.finish(job("make it snow"), 4_000);
  fake.memory.move(job("as an oil painting with thick strokes"), "cancelled");
  await fake.call("change_settings", { day_cap: 9 });
  fake.announce({ type: "library" });
  await screen.findByRole("button", { name: /^Activity: 1 running/ });
  expect(tree().getByRole("treeitem", { selected: true }).textContent).toContain(version.prompt);
  expect(screen.queryByText(/^Running/)).toBeNull();
  await waitFor(() => expect(sent("get_settings").length).toBeGreaterThan(1));
});

test("what a button is answered reaches the money and the Library without an announcement", async () => {
  await user.click(snow());
  fake.calls.length = 0;
  await user.click(await screen.findByRole("button", { name: /^Cancel/ }));
  await waitFor(() => expect(sent("get_spending")).toHaveLength(1));
  await screen.findByRole("button", { name: /^Activity: 2 running/ });
});
