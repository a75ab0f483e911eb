import { asProblem } from "$lib/api/call";
import type { Problem, Refused } from "$lib/api/generated";

/** A card that waits for the user: one problem, or the files that were refused together. */
export type Notice =
  { id: number; kind: "problem"; problem: Problem } | { id: number; kind: "refused"; refused: Refused[] };

/** Problems that belong to no job: they stay until closed, newest first. The same problem is not stacked up. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  #next = 0;

  add(thrown: unknown) {
    const problem = asProblem(thrown);
    const others = this.list.filter((notice) => notice.kind !== "problem" || !same(notice.problem, problem));
    this.list = [{ id: (this.#next += 1), kind: "problem", problem }, ...others];
  }

  refuse(refused: Refused[]) {
    if (refused.length > 0) this.list = [{ id: (this.#next += 1), kind: "refused", refused }, ...this.list];
  }

  close(id: number) {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  /** Closes the newest card. False when there is none. */
  closeNewest(): boolean {
    const [newest] = this.list;
    if (newest) this.close(newest.id);
    return newest !== undefined;
  }

  /** Runs something whose failure is told by a card; the answer is undefined then. */
  attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      this.add(thrown);
      return undefined;
    }
  };
}

const same = (one: Problem, other: Problem) => one.code === other.code && one.detail === other.detail;
