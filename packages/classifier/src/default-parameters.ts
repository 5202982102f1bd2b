// The parameters that hold unless the configuration says otherwise. Weights were learnt with `classifier:fit`.
import type { ClassifierParameters } from './parameters.ts';

/** The built-in parameters. */
export const defaultClassifierParameters: ClassifierParameters = {
  boundaries: { medium: -1_800, complex: 1_980, reasoning: 5_070 },
  groupBoundaries: {},
  uncertainMargin: 300,
  costAsymmetry: 1,
  weights: {
    length: 1_246,
    brevity: -2_141,
    sentences: 0,
    question: -3_319,
    questions: 78,
    lists: 86,
    enumeration: 1_021,
    code: 716,
    identifiers: 310,
    mathematics: 2_576,
    numbers: 483,
    reason: 11_233,
    design: 3_906,
    write: 586,
    fact: -3_442,
    greeting: -4_320,
    constraint: 1_202,
    technical: 1_190,
    debug: 2_312,
    agent: 1_051,
    turns: 136,
    tools: 257,
    toolResults: 346,
    images: 92,
    responseFormat: 200,
    context: 128,
  },
  lexicons: {},
};
