// Where fitting starts, in points: weights set by hand. A dimension that the data say little about stays near its prior.
import type { ClassifierParameters } from '../src/index.ts';

/** The hand-set starting point of `classifier:fit`; independent of the defaults, so that fitting again does not drift. */
export const PRIOR: Pick<ClassifierParameters, 'boundaries' | 'weights'> = {
  boundaries: { medium: -1_000, complex: 2_000, reasoning: 5_000 },
  weights: {
    length: 2_000,
    brevity: -1_500,
    sentences: 200,
    question: -2_000,
    questions: 200,
    lists: 400,
    enumeration: 1_200,
    code: 700,
    identifiers: 500,
    mathematics: 2_000,
    numbers: 400,
    reason: 9_500,
    design: 4_500,
    write: 1_800,
    fact: -3_000,
    greeting: -4_000,
    constraint: 1_200,
    technical: 1_500,
    debug: 2_500,
    agent: 1_200,
    turns: 100,
    tools: 200,
    toolResults: 300,
    images: 100,
    responseFormat: 200,
    context: 300,
  },
};
