import { beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "$lib/api/call";
import { FakeHost } from "$lib/host/fake/fake-host";
import { problems } from "$lib/host/fake/problems";
import { FalKey } from "./key.svelte";

describe("the fal key", () => {
  let fake: FakeHost;
  let key: FalKey;
  const changed = vi.fn(async () => undefined);
  beforeEach(() => {
    changed.mockClear();
    fake = new FakeHost();
    key = new FalKey(fake.call, changed);
  });

  test("is forgotten by the page the moment core has it", async () => {
    key.typed = " id:secret ";
    await key.save();
    expect(fake.calls).toContainEqual({ operation: "set_key", request: { key: "id:secret", allow_file: false } });
    expect(key.typed).toBe("");
    expect(key.moment.kind).toBe("saved");
    expect(changed).toHaveBeenCalledTimes(1);
  });
  test("goes to a file only after the user said so, and is not typed twice", async () => {
    fake.hasKeychain = false;
    key.typed = "id:secret";
    await key.save();
    expect(key.moment.kind).toBe("no_keychain");
    expect(fake.key).toBe("none");
    await key.save({ allowFile: true });
    expect(fake.key).toBe("file");
    expect(key.typed).toBe("");
  });
  test("that is malformed stays in the field, with the reason", async () => {
    fake.answers.set_key = () => {
      throw new Failure({ ...problems.network, code: "key_malformed", title: "That is no fal key" });
    };
    key.typed = "nonsense";
    await key.save();
    expect(key.moment).toMatchObject({ kind: "problem", problem: { code: "key_malformed" } });
    expect(key.typed).toBe("nonsense");
  });
  test("is tested in words and removed for good", async () => {
    fake.key = "keychain";
    fake.keyTest = "locked";
    await key.test();
    expect(key.moment).toEqual({ kind: "tested", outcome: "locked" });
    await key.remove();
    expect(fake.key).toBe("none");
    expect(key.moment.kind).toBe("idle");
  });
  test("is saved once, however often Save is pressed", async () => {
    key.typed = "id:secret";
    await Promise.all([key.save(), key.save()]);
    expect(fake.calls.filter((call) => call.operation === "set_key")).toHaveLength(1);
  });
});
