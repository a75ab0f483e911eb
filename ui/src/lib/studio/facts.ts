import type { Job, Version } from "$lib/api/generated";
import { bytes, count, mediaName, pixels } from "$lib/format/size";
import { elapsed, moment } from "$lib/format/time";
import { costWords } from "$lib/money/words";

/** Something known about a version: what is shown, and what is copied where that is more. */
export type FactOf = { name: string; value: string; copies?: string; code?: boolean; long?: boolean };

/** @param job the edit that made it, where it is known */
export function factsOf(version: Version, job: Job | null, modelName: (id: string) => string, now: number): FactOf[] {
  const cost = job && costWords(job);
  const { seed: sent, ...parameters } = job?.parameters ?? {};
  // What the model used, also where the choice was left to it: with it the edit can be made again.
  const seed = version.seed ?? sent ?? null;
  const facts: (FactOf | null)[] = [
    version.prompt === null ? null : { name: "Prompt", value: version.prompt, long: true },
    { name: version.prompt === null ? "Name" : "From", value: version.name },
    version.model === null ? null : { name: "Model", value: modelName(version.model), copies: version.model },
    cost ? { name: "Cost", value: cost } : null,
    seed === null ? null : { name: "Seed", value: String(seed), code: true },
    ...settings(parameters),
    job && job.reference_ids.length > 0
      ? { name: "Also saw", value: count(job.reference_ids.length, "reference") }
      : null,
    { name: "Size", value: pixels(version.width, version.height) },
    { name: "File", value: `${mediaName(version.media_type)} · ${bytes(version.bytes)}` },
    version.elapsed_ms === null ? null : { name: "Took", value: elapsed(version.elapsed_ms) },
    {
      name: version.prompt === null ? "Added" : "Made",
      value: moment(version.created_at, now),
      copies: version.created_at,
    },
    version.request_id === null ? null : { name: "Request", value: version.request_id, code: true },
    version.note === null ? null : { name: "Note", value: version.note, long: true },
  ];
  return facts.filter((fact) => fact !== null);
}

/** The other parameters as one fact: `num_images 2, output_format png`; what is copied is JSON. */
function settings(parameters: Job["parameters"]): FactOf[] {
  const entries = Object.entries(parameters);
  if (entries.length === 0) return [];
  const words = entries.map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [{ name: "With", value: words.join(", "), copies: JSON.stringify(parameters), long: true }];
}
