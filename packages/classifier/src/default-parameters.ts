// The parameters that hold unless the configuration says otherwise. Weights were learnt with `classifier:fit`.
import type { ClassifierParameters } from './parameters.ts';

/** The built-in parameters. */
export const defaultClassifierParameters: ClassifierParameters = {
  boundaries: { medium: 0, complex: 3_000, reasoning: 5_500 },
  groupBoundaries: {},
  uncertainMargin: 300,
  costAsymmetry: 1,
  weights: {
    length: 3_000,
    brevity: -1_000,
    sentences: 300,
    question: -1_000,
    questions: 200,
    lists: 500,
    enumeration: 1_500,
    code: 600,
    identifiers: 500,
    mathematics: 1_500,
    numbers: 500,
    reason: 8_000,
    design: 4_000,
    write: 2_500,
    fact: -2_000,
    greeting: -3_000,
    constraint: 1_200,
    technical: 1_500,
    debug: 2_500,
    agent: 1_000,
    turns: 100,
    tools: 200,
    toolResults: 200,
    images: 100,
    responseFormat: 200,
    context: 300,
  },
  lexicons: {},
};
