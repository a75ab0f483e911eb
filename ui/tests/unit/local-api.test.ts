import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import App from "../../src/App.svelte";

// The section of the local API in the whole page: what a person does and reads there.

let fake: FakeHost;
const user = userEvent.setup();
const sent = (operation: string) =>
  fake.calls.filter((call) => call.operation === operation).map((call) => call.request);

beforeEach(() => {
  fake = new FakeHost();
});

async function open() {
  render(App, { host: fake });
  await screen.findByRole("banner");
  await user.keyboard("{Control>},{/Control}");
  return within(await screen.findByRole("region", { name: "Local API" }));
}

describe("the section of the local API", () => {
  test("is one switch, off at first, turned on by the keyboard", async () => {
    const section = await open();
    const power = section.getByRole("switch", { name: "Local API" });
    expect(power.getAttribute("aria-checked")).toBe("false");
    expect(section.queryByLabelText("Port")).toBeNull();
    power.focus();
    await user.keyboard(" ");
    await section.findByRole("button", { name: "Copy address http://127.0.0.1:8000" });
    expect(power.getAttribute("aria-checked")).toBe("true");
    expect(document.activeElement).toBe(power);
    section.getByText(/^curl -F prompt='make it vivid' -F image=@photo.jpg http:\/\/127.0.0.1:8000\/api\/jobs$/);
  });

  test("opens the description without naming an address", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    await user.click(section.getByRole("button", { name: "API description" }));
    expect(sent("open_api_description")).toEqual([null]);
  });

  test("takes a port when one is done typing, and says what is none", async () => {
    await fake.call("set_api", { on: true });
    fake.takenPorts = [9000];
    const section = await open();
    const port = section.getByLabelText("Port");
    await user.clear(port);
    await user.type(port, "80");
    await user.tab();
    await section.findByText("A port is a whole number from 1024 to 65535.");
    await user.clear(port);
    await user.type(port, "9000");
    await user.tab();
    await section.findByText("Port 9000 is taken; it answers on 9001.", { selector: ".selectable" });
    expect(section.queryByRole("alert")).toBeNull();
  });

  test("shows a token once, and asks before it is replaced or removed", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    await user.click(section.getByRole("button", { name: "Require a token" }));
    const made = within(await section.findByRole("group", { name: "New token" }));
    made.getByText(/it is shown this once/);
    const shown = made.getByText(/^[0-9a-f]{64}$/).textContent ?? "";
    section.getByText(/Bearer \$OVERPAINT_TOKEN/);
    await user.click(made.getByRole("button", { name: "Done" }));
    expect(document.body.innerHTML).not.toContain(shown);

    await user.click(section.getByRole("button", { name: "Replace" }));
    const replace = within(await screen.findByRole("alertdialog", { name: "Replace the token?" }));
    expect(sent("make_api_token")).toHaveLength(1);
    await user.click(replace.getByRole("button", { name: "Replace" }));
    await section.findByRole("group", { name: "New token" });

    await user.click(section.getByRole("button", { name: "Remove" }));
    const remove = within(await screen.findByRole("alertdialog", { name: "Remove the token?" }));
    await user.click(remove.getByRole("button", { name: "Remove" }));
    await section.findByText("No token is required");
    expect(section.queryByRole("group", { name: "New token" })).toBeNull();
  });

  test("forgets a token when one leaves the settings", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    await user.click(section.getByRole("button", { name: "Require a token" }));
    await section.findByRole("group", { name: "New token" });
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("region", { name: "Local API" })).toBeNull());
    await user.keyboard("{Control>},{/Control}");
    await screen.findByText("A token is required");
    expect(screen.queryByRole("group", { name: "New token" })).toBeNull();
  });

  test("cannot change what the environment decides, and says so", async () => {
    const given = { ...(await fake.call("set_api", { on: true })), token_required: true };
    fake.answers.get_api = () => ({ ...given, fixed: ["api_port", "api_token"] });
    const section = await open();
    expect(section.getAllByText("Set by the environment or a flag.")).toHaveLength(2);
    for (const control of [section.getByLabelText("Port"), ...section.getAllByRole("button", { name: /^Re/ })])
      expect(control).toHaveProperty("disabled", true);
  });

  test("says why it does not answer, and can be turned off", async () => {
    const on = await fake.call("set_api", { on: true });
    const problem = { ...problems.network, title: "A setting does not fit", detail: "ALLOWED_ORIGINS is wrong." };
    fake.answers.get_api = () => ({ ...on, url: null, problem });
    const section = await open();
    expect(section.getByRole("alert").textContent).toBe("A setting does not fit. ALLOWED_ORIGINS is wrong.");
    expect(section.queryByText("Address")).toBeNull();
    await user.click(section.getByRole("switch", { name: "Local API" }));
    expect(sent("set_api").at(-1)).toEqual({ on: false });
  });
});
