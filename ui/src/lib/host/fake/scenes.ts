import type { Job, Version } from "$lib/api/generated";
import { EVERYTHING, SEEDREAM } from "./catalogue";
import type { FakeHost } from "./fake-host";
import { problems } from "./problems";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function edit(
  fake: FakeHost,
  input: Version,
  prompt: string,
  took: number,
  ago: number,
  model = SEEDREAM,
  note?: string,
) {
  const cost = model === "demo" ? null : { amount: 0.03, billed: false, charged: "yes" as const };
  const job = fake.memory.addJob(input, { prompt, model, cost, note: note ?? null }, ago);
  const { version } = fake.memory.finish(job, took, ago - took);
  await fake.painter.edit(version.id, input.id, prompt);
  return version;
}

function stuck(fake: FakeHost, input: Version, prompt: string, more: Partial<Job>, ago: number): Job {
  return fake.memory.addJob(input, { prompt, model: SEEDREAM, ...more }, ago);
}

const running = (fake: FakeHost, ago: number, more = {}) => ({
  state: "waiting" as const,
  progress: atWork(fake, ago, more),
});

const atWork = (fake: FakeHost, ago: number, more = {}) => ({
  ...{ fraction: null, position: null, running: true, since: fake.memory.time(ago), last_log: null },
  ...{ bytes_done: null, bytes_of: null },
  ...more,
});

/** A picture with a history of its own: branches, a demo edit with a note. */
export async function studio(fake: FakeHost): Promise<Version> {
  fake.key = "keychain";
  const coffee = fake.addOriginal("coffee.png", 3 * HOUR);
  const warm = await edit(fake, coffee, "warm cinematic light, soft vignette", 4_200, 2 * HOUR);
  await edit(fake, warm, "golden hour, brighter", 3_900, 1.5 * HOUR);
  await edit(fake, warm, "as a screen print in four colours", 5_600, 1.2 * HOUR);
  const note = "Done: black and white, more contrast. Not understood: “hard”.";
  await edit(fake, coffee, "black and white, hard light", 310, HOUR, "demo", note);
  await edit(fake, coffee, "cool morning", 4_000, HOUR / 2);
  await fake.call("change_settings", { model: SEEDREAM });
  await fake.call("set_draft", {
    prompt: "make the cup a deep cobalt blue, keep the steam rising",
    version_id: warm.id,
    references: [],
  });
  return warm;
}

/** The same, with jobs in every state beside it. */
export async function busy(fake: FakeHost) {
  const warm = await studio(fake);
  const { memory } = fake;
  const root = memory.version(warm.root_id);
  stuck(fake, warm, "make it snow", running(fake, 6_100, { last_log: "step 14 of 28" }), 9_000);
  const waiting = running(fake, 2_000, { running: false, position: 2 });
  stuck(fake, warm, "as an oil painting with thick strokes", waiting, 4_000);
  const uploading = {
    ...running(fake, 900, { running: false, fraction: 0.62, bytes_done: 1.2e6, bytes_of: 1.9e6 }),
    state: "uploading" as const,
  };
  stuck(fake, root, "turn the table into white marble", uploading, 2_000);
  stuck(fake, root, "add a croissant", { state: "failed", problem: problems.policy }, HOUR / 3);
  const maybe = { amount: 0.03, billed: false, charged: "maybe" as const };
  stuck(
    fake,
    root,
    "steam like a dragon",
    { state: "unconfirmed", problem: problems.unconfirmed, cost: maybe },
    HOUR / 4,
  );
}

/** Everything that can stand in the way of a paid edit, beside the history. */
export async function trouble(fake: FakeHost) {
  const warm = await studio(fake);
  const maybe = { amount: 0.03, billed: false, charged: "maybe" as const };
  const looking = { state: "unconfirmed" as const, problem: problems.looking, looking: true, cost: maybe };
  stuck(fake, warm, "let it rain outside", { ...looking, not_before: fake.memory.time(-42_000) }, 18_000);
  stuck(
    fake,
    warm,
    "steam like a dragon",
    { state: "unconfirmed", problem: problems.unconfirmed, cost: maybe },
    HOUR / 4,
  );
  stuck(
    fake,
    warm,
    "a locked door",
    { state: "failed", problem: problems.locked, cost: { ...maybe, charged: "no" } },
    HOUR / 3,
  );
  stuck(fake, warm, "key gone", { state: "failed", problem: problems.badKey }, HOUR / 3);
  const again = { state: "queued" as const, problem: problems.network, not_before: fake.memory.time(-8_400) };
  stuck(fake, warm, "no network for this one", again, 40_000);
  const running = {
    state: "waiting" as const,
    cost: maybe,
    progress: atWork(fake, 6_100, { last_log: "step 14 of 28" }),
  };
  stuck(fake, warm, "make it snow", running, 9_000);
}

/** A day on which little went well. */
export async function failures(fake: FakeHost) {
  const warm = await studio(fake);
  const failed = { state: "failed" as const, problem: problems.policy };
  for (let n = 9; n > 0; n -= 1) stuck(fake, warm, `a dragon above the cup, ${n}`, failed, n * 60_000);
  const original = fake.memory.version(warm.root_id);
  for (let n = 3; n > 0; n -= 1) stuck(fake, original, `a moon, ${n}`, { state: "cancelled" }, n * 60_000);
  const maybe = { amount: 0.03, billed: false, charged: "maybe" as const };
  stuck(fake, original, "a comet", { state: "unconfirmed", problem: problems.unconfirmed, cost: maybe }, 30_000);
}

/** A model with every kind of parameter, and references beside the picture. */
export async function everything(fake: FakeHost) {
  await studio(fake);
  for (const name of fake.names.slice(1)) fake.addOriginal(name, 2 * DAY);
  await fake.call("change_settings", { model: EVERYTHING });
}

/** Days of work: what the Library is for. `copies` repeats it into the past. */
export async function library(fake: FakeHost, copies = 1) {
  await busy(fake);
  const prompts = [
    "sunset rim light",
    "black and white portrait",
    "golden hour launch",
    "warmer, more depth",
    "autumn colours",
  ];
  const others = [
    "newspaper, 1969",
    "silver gelatin print",
    "as an etching",
    "cool morning",
    "screen print, four colours",
  ];
  for (const [index, name] of fake.names.entries()) {
    const original = fake.addOriginal(name, (index % 2) * DAY + 5 * HOUR);
    await edit(fake, original, prompts[index % 5] ?? "", 4_000, (index % 2) * DAY + 4 * HOUR);
    const older = fake.addOriginal(name, 5 * DAY + index * HOUR);
    await edit(fake, older, others[index % 5] ?? "", 5_200, 4 * DAY + index * HOUR);
  }
  const [first] = fake.memory.versions.values();
  if (!first) return;
  for (let n = 1; n < copies; n += 1) {
    const name = fake.names[n % fake.names.length] ?? first.name;
    const original = fake.addOriginal(name, 6 * DAY + n * HOUR);
    fake.painter.original(original.id, name);
  }
}
