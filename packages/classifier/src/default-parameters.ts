// The parameters that hold unless the configuration says otherwise. Weights were learnt with `classifier:fit`.
import type { ClassifierParameters } from './parameters.ts';

/** The built-in parameters. */
export const defaultClassifierParameters: ClassifierParameters = {
  boundaries: { medium: -1_774, complex: 2_075, reasoning: 5_294 },
  groupBoundaries: {},
  uncertainMargin: 300,
  costAsymmetry: 1,
  weights: {
    length: 1_205,
    brevity: -2_100,
    sentences: 0,
    question: -3_299,
    questions: 81,
    lists: 91,
    enumeration: 1_016,
    code: 729,
    identifiers: 350,
    mathematics: 2_674,
    numbers: 538,
    reason: 11_190,
    design: 3_994,
    write: 659,
    fact: -3_497,
    greeting: -4_325,
    constraint: 1_136,
    technical: 1_272,
    debug: 2_337,
    agent: 1_045,
    turns: 132,
    tools: 228,
    toolResults: 329,
    images: 92,
    responseFormat: 200,
    context: 136,
  },
  lexicons: {},
};
