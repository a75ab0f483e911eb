import { clearMocks, mockConvertFileSrc, mockIPC, mockWindows } from "@tauri-apps/api/mocks";
import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "$lib/api/call";
import { problems } from "./fake/problems";
import { onPage, platformOf, tauriHost } from "./tauri";

afterEach(() => clearMocks());

describe("the window's host", () => {
  test("every operation is a command with one argument named request", async () => {
    const seen: unknown[] = [];
    mockConvertFileSrc("linux");
    mockIPC((command, payload) => seen.push([command, payload]));
    const host = tauriHost();
    await host.call("get_version", { id: "v1" });
    await host.call("get_status");
    expect(seen).toEqual([
      ["get_version", { request: { id: "v1" } }],
      ["get_status", { request: null }],
    ]);
  });
  test("a rejected command is a Failure with core's problem", async () => {
    mockConvertFileSrc("linux");
    mockIPC(() => {
      throw problems.locked;
    });
    const failure = await tauriHost()
      .call("get_status")
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).problem.code).toBe("account_locked");
  });
  test("what is no problem of core's becomes one that points to the log", async () => {
    mockConvertFileSrc("linux");
    mockIPC(() => {
      throw "command get_status not found";
    });
    await expect(tauriHost().call("get_status")).rejects.toMatchObject({
      problem: {
        code: "unexpected",
        next: "show_log",
        detail: "command get_status not found. The log file says more.",
      },
    });
  });
  test.each([
    ["linux", "overpaint://localhost/version/v1/screen"],
    ["windows", "http://overpaint.localhost/version/v1/screen"],
  ])("a picture's address on %s has id and size as path segments", (system, address) => {
    mockIPC(() => undefined);
    mockWindows("main");
    mockConvertFileSrc(system);
    expect(tauriHost().pictureUrl("v1", "screen")).toBe(address);
  });
  test("only Windows counts a drag's position in the screen's own pixels", () => {
    const at = { x: 300, y: 150 };
    expect(onPage(at, "windows", 1.5)).toEqual({ x: 200, y: 100 });
    expect(onPage(at, "linux", 2)).toEqual(at);
    expect(onPage(at, "mac", 2)).toEqual(at);
  });
  test("the platform is told from what the engine says of itself", () => {
    const agents = [
      "Mozilla/5.0 (X11; Linux x86_64)",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X)",
      "Mozilla/5.0 (Windows NT 10.0)",
    ];
    expect(agents.map(platformOf)).toEqual(["linux", "mac", "windows"]);
  });
});
