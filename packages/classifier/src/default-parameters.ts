// The parameters that hold unless the configuration says otherwise. Weights were learnt with `classifier:fit`.
import type { ClassifierParameters } from './parameters.ts';

/** The built-in parameters. */
export const defaultClassifierParameters: ClassifierParameters = {
  boundaries: { medium: -1_684, complex: 1_912, reasoning: 4_932 },
  groupBoundaries: {},
  uncertainMargin: 300,
  costAsymmetry: 1,
  weights: {
    length: 1_279,
    brevity: -2_145,
    sentences: 0,
    question: -3_326,
    questions: 73,
    lists: 73,
    enumeration: 955,
    code: 777,
    identifiers: 287,
    mathematics: 2_878,
    numbers: 688,
    reason: 11_139,
    design: 3_823,
    write: 612,
    fact: -3_300,
    greeting: -4_292,
    constraint: 1_170,
    technical: 1_146,
    debug: 2_295,
    agent: 1_031,
    turns: 134,
    tools: 244,
    toolResults: 345,
    images: 90,
    responseFormat: 200,
    context: 126,
  },
  lexicons: {},
};
