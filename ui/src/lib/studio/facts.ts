import type { Version } from "$lib/api/generated";
import { bytes, mediaName, pixels } from "$lib/format/size";
import { elapsed, moment } from "$lib/format/time";

/** Something known about a version: what is shown, and what is copied where that is more. */
export type FactOf = { name: string; value: string; copies?: string; code?: boolean; long?: boolean };

export function factsOf(version: Version, modelName: (id: string) => string, now: number): FactOf[] {
  const facts: (FactOf | null)[] = [
    version.prompt === null ? null : { name: "Prompt", value: version.prompt, long: true },
    { name: version.prompt === null ? "Name" : "From", value: version.name },
    version.model === null ? null : { name: "Model", value: modelName(version.model), copies: version.model },
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
