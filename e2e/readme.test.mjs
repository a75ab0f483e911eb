// The commands of the README's section "HTTP API", run as they stand: what a reader copies must work.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test from "node:test";
import { commands, section } from "./markdown.mjs";
import { environment, PROGRAMS } from "./overpaint.mjs";
import { SimulatedFal } from "./simulated-fal.mjs";

/** A PNG of two by two pixels. What a picture is says its content, not its name. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4UWEDRAwQCgArzgXx0HrtWgAAAABJRU5ErkJggg==",
  "base64",
);

/** Longer than the commands take on a slow machine. */
const PATIENCE = 120_000;

/**
 * Run the blocks in order in one shell, so that one may use what another has started or set.
 * @param {string[]} blocks
 * @param {Record<string, string>} env
 * @returns {Promise<{ code: number | null, said: string }>}
 */
async function run(blocks, env) {
  const folder = await mkdtemp(join(tmpdir(), "overpaint-readme-"));
  try {
    await mkdir(join(folder, "home"));
    await mkdir(join(folder, "work"));
    await writeFile(join(folder, "work/photo.jpg"), PHOTO);
    const shell = spawn("bash", ["-euxo", "pipefail", "-c", blocks.join("\n")], {
      cwd: join(folder, "work"),
      env: environment(folder, { PATH: `${PROGRAMS}${delimiter}${process.env.PATH}`, ...env }),
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: the servers that the commands start end with it.
      detached: true,
    });
    let said = "";
    for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    const end = () => {
      try {
        process.kill(-shell.pid, "SIGKILL");
      } catch {
        // All of it has ended by itself.
      }
    };
    process.once("exit", end);
    const late = setTimeout(end, PATIENCE);
    const silent = new Promise((resolve) => shell.once("close", resolve));
    const code = await new Promise((resolve) => shell.once("exit", resolve));
    clearTimeout(late);
    end();
    process.off("exit", end);
    await silent;
    return { code, said };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

test("the README's commands for the HTTP API do what they say", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const text = section(readme, "HTTP API");
  assert.ok(text, "README.md has no section HTTP API");
  const blocks = commands(text);
  assert.ok(blocks.length > 0, "the section has no commands");
  const fal = await SimulatedFal.start();
  try {
    const { code, said } = await run(blocks, { FAL_KEY: fal.env.FAL_API_KEY, ...fal.env });
    assert.equal(code, 0, said);
  } finally {
    await fal.stop();
  }
});

test("commands of one section run in one shell, and the servers they start end with it", async () => {
  const page = await readFile(new URL("fixtures/commands.md", import.meta.url), "utf8");
  const { code, said } = await run(commands(section(page, "HTTP API")), {});
  assert.equal(code, 0, said);
  assert.match(said, /^the picture is there$/m);
  // That it came back shows the end of the server: `run` reads until nobody can write any more.
});

test("a command that fails ends the run with its status", async () => {
  const { code, said } = await run(["false", "echo not reached"], {});
  assert.equal(code, 1);
  assert.doesNotMatch(said, /^not reached$/m);
});
