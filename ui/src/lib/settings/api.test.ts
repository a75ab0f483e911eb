import { beforeEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { Api, beside, curlCommand } from "./api.svelte";

describe("the local API", () => {
  let fake: FakeHost;
  let api: Api;
  const sent = () => fake.calls.filter((call) => call.operation === "set_api").map((call) => call.request);
  beforeEach(async () => {
    fake = new FakeHost();
    api = new Api(fake.call);
    await api.read();
  });

  test("is off at first, and answers while its switch is on", async () => {
    expect(api.now).toMatchObject({ on: false, url: null, token_required: false });
    await api.turn(true);
    expect(api.now).toMatchObject({ on: true, url: "http://127.0.0.1:8000" });
    await api.turn(false);
    expect(api.now?.url).toBeNull();
  });
  test("is turned once, however often the switch is pressed", async () => {
    await Promise.all([api.turn(true), api.turn(true)]);
    expect(sent()).toEqual([{ on: true }]);
  });
  test("does what is pressed meanwhile when its turn comes", async () => {
    const on = api.turn(true);
    expect(api.turning).toBe("turn_on");
    const all = Promise.all([on, api.makeToken(), api.setPort("9000"), api.setPort("9001"), api.turn(false)]);
    expect(api.turning).toBe("turn_off");
    await all;
    expect(sent()).toEqual([{ on: true }, { port: 9000 }, { port: 9001 }, { on: false }]);
    expect(api.now).toMatchObject({ on: false, port: 9001, token_required: true });
    expect(api.turning).toBeNull();
  });
  test("says where it answers when the port is taken, and only then", async () => {
    fake.takenPorts = [8000];
    await api.turn(true);
    expect(api.now && beside(api.now)).toBe("Port 8000 is taken; it answers on 8001.");
    await api.setPort("9000");
    expect(api.now && beside(api.now)).toBeUndefined();
    expect(api.now && beside({ ...api.now, port: 0 })).toBeUndefined();
  });
  test.each(["80", "1023", "65536", "8000.5", "0x1f90", "-8000", "port", ""])(
    "does not take “%s” for a port",
    async (port) => {
      await api.setPort(port);
      expect(api.badPort).toBe(true);
      expect(sent()).toEqual([]);
    },
  );
  test("takes the ports at both ends, and says nothing of the one it has", async () => {
    await api.setPort("");
    await api.makeToken();
    expect(api.badPort).toBe(true);
    await api.setPort("08000");
    expect(api.badPort).toBe(false);
    await api.setPort(" 1024 ");
    await api.setPort("65535");
    expect(sent()).toEqual([{ port: 1024 }, { port: 65_535 }]);
  });
  test("has a token from its making until it is forgotten, and never again", async () => {
    await api.makeToken();
    expect(api.token).toHaveLength(64);
    expect(api.now?.token_required).toBe(true);
    await api.turn(true);
    expect(api.token).toHaveLength(64);
    api.forget();
    expect(api.token).toBeNull();
    await api.read();
    expect(JSON.stringify(api.now)).not.toMatch(/[0-9a-f]{64}/);
  });
  test("does not show a token that was removed", async () => {
    await api.makeToken();
    await api.removeToken();
    expect(api.token).toBeNull();
    expect(api.now?.token_required).toBe(false);
  });
  test("says what did not go, and stays as it was", async () => {
    fake.answers.set_api = () => {
      throw new Failure({ ...problems.network, code: "setting_invalid" });
    };
    await api.turn(true);
    expect(api.problemOf("turn_on", "turn_off")).toMatchObject({ code: "setting_invalid" });
    expect(api.problemOf("set_port")).toBeNull();
    expect(api.now?.on).toBe(false);
    await api.makeToken();
    expect(api.problemOf("turn_on", "turn_off")).toBeNull();
  });
});

test("the command for a terminal has a part a line, and names a token by a variable the shell fills in", () => {
  const url = "http://127.0.0.1:8001";
  expect(curlCommand(url, false).split(" \\\n  ")).toEqual([
    "curl http://127.0.0.1:8001/api/jobs",
    "-F prompt='make it vivid'",
    "-F image=@photo.jpg",
  ]);
  expect(curlCommand(url, true)).toContain(' \\\n  -H "Authorization: Bearer $OVERPAINT_TOKEN" \\\n');
});
