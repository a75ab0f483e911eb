import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
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
    section.getByText("It answers at http://127.0.0.1:8000.");
    await user.click(section.getByText(/^Other programs on this computer/));
    await section.findByText("Off.");
    expect(power.getAttribute("aria-checked")).toBe("false");
  });

  test("offers an edit from a terminal, and says while it would fail for want of a key", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    section.getByText("An edit from a terminal, once a fal key is set:");
    section.getByText(/^curl http:\/\/127.0.0.1:8000\/api\/jobs \\ -F prompt='make it vivid' \\ -F image=@photo.jpg$/);
    await fake.call("set_key", { key: "id:secret", allow_file: false });
    await section.findByText("An edit from a terminal:");
  });

  test("says that it is being turned, and hears what is pressed meanwhile", async () => {
    await fake.call("set_api", { on: true });
    const answer = fake.answers.set_api;
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    fake.answers.set_api = async (change) => {
      await held;
      return answer(change);
    };
    const section = await open();
    const power = section.getByRole("switch", { name: "Local API" });
    await user.click(power);
    section.getByText("Turning off…");
    expect(power.getAttribute("aria-checked")).toBe("false");
    await user.click(power);
    section.getByText("Turning on…");
    go();
    await section.findByText("On");
    expect(sent("set_api").slice(-2)).toEqual([{ on: false }, { on: true }]);
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
    const wrong = await section.findByText("A port is a whole number from 1024 to 65535.");
    expect(document.getElementById(port.getAttribute("aria-errormessage") ?? "")?.contains(wrong)).toBe(true);
    expect(port).toHaveProperty("value", "80");
    await user.clear(port);
    await user.type(port, "9000");
    await user.tab();
    await section.findByText("Port 9000 is taken; it answers on 9001.", { selector: ".selectable" });
    expect(section.queryByRole("alert")).toBeNull();
  });

  test("shows the port in force after one that changes nothing or is refused, and a wrong one as long as it is said", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    const port = section.getByLabelText("Port");
    const enter = async (typed: string) => {
      await user.clear(port);
      await user.type(port, typed);
      await user.tab();
    };
    await enter("08000");
    await waitFor(() => expect(port).toHaveProperty("value", "8000"));

    await enter("80");
    await user.click(section.getByRole("button", { name: "Require a token" }));
    await section.findByRole("group", { name: "New token" });
    expect([port.getAttribute("aria-invalid"), port]).toMatchObject(["true", { value: "80" }]);

    fake.answers.set_api = () => {
      throw new Failure({ ...problems.network, title: "The port cannot be used", detail: "Choose another." });
    };
    await enter("9000");
    await section.findByText("The port cannot be used. Choose another.");
    await waitFor(() => expect(port).toHaveProperty("value", "8000"));
    expect(port.getAttribute("aria-invalid")).toBe("false");
  });

  test("shows a token once, and asks before it is replaced or removed", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    await user.click(section.getByRole("button", { name: "Require a token" }));
    const made = within(await section.findByRole("group", { name: "New token" }));
    made.getByText(/cannot show it again/);
    const shown = made.getByText(/^[0-9a-f]{64}$/).textContent ?? "";
    section.getByText(/Bearer \$OVERPAINT_TOKEN/);
    await user.click(made.getByRole("button", { name: "Done" }));
    expect(document.body.innerHTML).not.toContain(shown);
    const first = section.getByRole("button", { name: "Replace token" });
    expect(document.activeElement).toBe(first);

    await user.click(first);
    const replace = within(await screen.findByRole("alertdialog", { name: "Replace the token?" }));
    expect(sent("make_api_token")).toHaveLength(1);
    await user.click(replace.getByRole("button", { name: "Replace" }));
    await section.findByRole("group", { name: "New token" });

    await user.click(section.getByRole("button", { name: "Remove token" }));
    const remove = within(await screen.findByRole("alertdialog", { name: "Remove the token?" }));
    await user.click(remove.getByRole("button", { name: "Remove" }));
    await section.findByText(/^Not required:/);
    expect(section.queryByRole("group", { name: "New token" })).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(section.getByRole("button", { name: "Require a token" })));
  });

  test("is led by Esc to a token shown this once, and forgets it when one leaves the settings", async () => {
    await fake.call("set_api", { on: true });
    const section = await open();
    await user.click(section.getByRole("button", { name: "Require a token" }));
    await section.findByRole("group", { name: "New token" });
    await user.keyboard("{Escape}");
    expect(document.activeElement).toBe(section.getByRole("button", { name: "Copy token" }));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("region", { name: "Local API" })).toBeNull());
    await user.keyboard("{Control>},{/Control}");
    await screen.findByText("Required with every request.");
    expect(screen.queryByRole("group", { name: "New token" })).toBeNull();
  });

  test("cannot change what the environment decides, and says so", async () => {
    const given = { ...(await fake.call("set_api", { on: true })), token_required: true };
    fake.answers.get_api = () => ({ ...given, fixed: ["api_port", "api_token"] });
    const section = await open();
    expect(section.getAllByText("Set by the environment or a flag.")).toHaveLength(2);
    expect(section.queryByText(/1024/)).toBeNull();
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
