import type { Operations, Problem } from "./generated";

export type Operation = keyof Operations;
export type Request<O extends Operation> = Operations[O][0];
export type Answer<O extends Operation> = Operations[O][1];

/** One operation of the core; `call("get_status")` and `call("get_version", { id })` are both typed by `Operations`. Rejects with a [`Failure`]. */
export type Call = <O extends Operation>(
  operation: O,
  ...request: Request<O> extends null ? [] : [Request<O>]
) => Promise<Answer<O>>;

/** What a call rejects with: the problem, in the shape `throw` and stack traces like. */
export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = "Failure";
  }
}

/** Whatever was thrown, as a problem a person can read. A thing we do not know is said to be our own fault, which it is. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Failure) return thrown.problem;
  if (isProblem(thrown)) return thrown;
  return {
    code: "unexpected",
    status: 500,
    title: "Something went wrong inside Overpaint",
    detail: `${describe(thrown)} The log file says more.`,
    retryable: false,
    charged: "no",
    next: "show_log",
    request_id: null,
  };
}

function isProblem(thrown: unknown): thrown is Problem {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "title" in thrown && "detail" in thrown;
}

function describe(thrown: unknown): string {
  const words = thrown instanceof Error ? thrown.message : typeof thrown === "string" ? thrown : "";
  if (!words) return "No reason was given.";
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
