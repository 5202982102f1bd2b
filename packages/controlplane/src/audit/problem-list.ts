// Problems of one verification, bounded: a log that was rewritten would have millions.
import type { LogProblem } from '@secrouter/proto';

/** Problems that are told one by one. */
export const MAX_PROBLEMS = 100;

/** Collects what a verification finds. */
export class ProblemList {
  readonly #problems: LogProblem[] = [];

  /** Notes a problem; beyond the bound it is dropped, as the log is not intact anyway. */
  readonly add = (problem: LogProblem): void => {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  };

  get all(): readonly LogProblem[] {
    return this.#problems;
  }
}
