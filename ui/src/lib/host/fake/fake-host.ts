import type { Call } from "$lib/api/call";
import type { Added, Event as Announcement, ExternalPage, KeySource, KeyTest, Version } from "$lib/api/generated";
import type { Drop, Host, PictureSize, Platform } from "../host";
import { Catalogue } from "./catalogue";
import { Memory } from "./memory";
import { operations } from "./operations";
import { blankPainter, type Painter } from "./painter";
import { problems } from "./problems";

type Options = { painter?: Painter; names?: string[]; now?: () => number };

/**
 * A host without a program behind it: a library in memory and jobs that play in time. Tests and scenes reach in through its fields:
 * what was called is in `calls`, what the dialogs answer is in `opens` and `savesTo`.
 */
export class FakeHost implements Host {
  readonly platform: Platform = "linux";
  readonly memory: Memory;
  readonly catalogue: Catalogue;
  readonly painter: Painter;
  readonly names: string[];
  readonly calls: { operation: string; request: unknown }[] = [];
  readonly opened: ExternalPage[] = [];
  key: KeySource = "none";
  keyTest: KeyTest = "works";
  hasKeychain = true;
  /** Where other programs listen. */
  takenPorts: number[] = [];
  /** What is left at fal; null: fal does not tell this key. */
  balance: number | null = 12.5;
  /** fal's list cannot be read. */
  listFails = false;
  opens: string[] = [];
  savesTo: string | null = "/home/ada/Pictures/saved.png";
  readonly answers: ReturnType<typeof operations>;
  #hearers = new Set<(event: Announcement) => void>();
  #droppers = new Set<(drop: Drop) => void>();

  constructor({ painter = blankPainter, names = ["coffee.png"], now = Date.now }: Options = {}) {
    this.memory = new Memory(now);
    this.catalogue = new Catalogue(() => this.key !== "none", now);
    this.painter = painter;
    this.names = names;
    this.answers = operations(this);
  }

  readonly call: Call = async (operation, ...request) => {
    this.calls.push({ operation, request: request[0] ?? null });
    const answer = this.answers[operation] as (request: unknown) => never;
    return answer(request[0] ?? null);
  };

  async onEvent(heard: (event: Announcement) => void) {
    this.#hearers.add(heard);
    return () => void this.#hearers.delete(heard);
  }

  async onDrop(dropped: (drop: Drop) => void) {
    this.#droppers.add(dropped);
    return () => void this.#droppers.delete(dropped);
  }

  pictureUrl(versionId: string, size: PictureSize) {
    return this.painter.url(versionId, size);
  }

  openDialog = async () => this.opens;
  saveDialog = async (_suggestedName: string) => this.savesTo;

  announce(event: Announcement) {
    for (const heard of this.#hearers) heard(event);
  }

  drop(drop: Drop) {
    for (const dropped of this.#droppers) dropped(drop);
  }

  addOriginal(name: string, ago = 0): Version {
    const version = this.memory.addOriginal(name, { width: 1, height: 1 }, ago);
    const { width, height } = this.painter.original(version.id, name);
    const sized = { ...version, width, height, bytes: Math.round(width * height * 1.9) };
    this.memory.versions.set(sized.id, sized);
    return sized;
  }

  /** Adds what looks like a picture by its name and refuses the rest. */
  take(paths: string[]): Added {
    const added: Added = { versions: [], refused: [] };
    for (const path of paths) {
      const name = path.split("/").at(-1) ?? path;
      if (/\.(png|jpe?g|webp|gif|tiff?|bmp)$/i.test(name)) added.versions.push(this.addOriginal(name));
      else added.refused.push({ name, problem: /heic$/i.test(name) ? problems.heic : problems.notAPicture });
    }
    if (added.versions.length > 0) this.announce({ type: "library" });
    return added;
  }

  trash(change: () => void): null {
    change();
    this.announce({ type: "library" });
    return null;
  }
}
