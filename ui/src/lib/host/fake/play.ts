import type { Job, Problem, Version } from "$lib/api/generated";
import type { Memory } from "./memory";
import type { Painter } from "./painter";
import { problems } from "./problems";

type Step = [milliseconds: number, move: (job: Job) => Job];

/**
 * Plays a job through its states in time, as core would announce them. Words in the prompt choose an ending:
 * "policy", "locked", "offline", "unconfirmed".
 */
export function play(memory: Memory, painter: Painter, id: string, announce: (job: Job) => void, done: () => void) {
  const wish = memory.jobs.get(id);
  if (!wish) return;
  const steps = wish.provider === "demo" ? demo(memory) : fal(memory);
  const ending = endingFor(wish.prompt);
  const began = memory.now();

  const next = () => {
    const job = memory.jobs.get(id);
    if (!job || job.state === "cancelled" || memory.deleted.has(id)) return;
    const step = steps.shift();
    if (step) {
      setTimeout(() => {
        const still = memory.jobs.get(id);
        if (!still || still.state === "cancelled") return;
        announce(step[1](still));
        next();
      }, step[0]);
    } else void finish(job);
  };

  const finish = async (job: Job) => {
    if (ending)
      return announce(memory.move(job, ending.code === "submit_unclear" ? "unconfirmed" : "failed", null, ending));
    const { job: finished, version }: { job: Job; version: Version } = memory.finish(job, memory.now() - began);
    await painter.edit(version.id, job.input_id, job.prompt);
    announce(finished);
    done();
  };
  next();
}

function demo(memory: Memory): Step[] {
  const row = (fraction: number): Step => [
    180,
    (job) =>
      memory.move(job, "waiting", { running: true, fraction, last_log: `${Math.round(fraction * 400)} of 400 rows` }),
  ];
  return [[60, (job) => memory.move(job, "uploading", {})], row(0), row(0.21), row(0.48), row(0.7), row(0.93)];
}

function fal(memory: Memory): Step[] {
  const sized = (fraction: number, of: number) => ({ fraction, bytes_done: Math.round(fraction * of), bytes_of: of });
  const upload = (fraction: number): Step => [150, (job) => memory.move(job, "uploading", sized(fraction, 1.9e6))];
  const line = (position: number): Step => [500, (job) => memory.move(job, "waiting", { position })];
  const running = (last_log: string): Step => [600, (job) => memory.move(job, "waiting", { running: true, last_log })];
  return [
    ...[upload(0.08), upload(0.34), upload(0.62), upload(0.97)],
    [150, (job) => memory.move(pay(job), "submitting", {})],
    ...[line(2), line(1), line(0), running("loading weights"), running("step 12 of 28"), running("step 28 of 28")],
    [200, (job) => memory.move(job, "downloading", sized(0.4, 2.1e6))],
  ];
}

const pay = (job: Job): Job => ({ ...job, cost: { amount: 0.03, billed: false, charged: "maybe" } });

function endingFor(prompt: string): Problem | null {
  if (/policy/.test(prompt)) return problems.policy;
  if (/locked/.test(prompt)) return problems.locked;
  if (/offline/.test(prompt)) return problems.network;
  return /unconfirmed/.test(prompt) ? problems.unconfirmed : null;
}
