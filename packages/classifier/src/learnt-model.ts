// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.
import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: -1110,
  complex: -310,
  reasoning: 530,
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: [-238, -2850, -2743],
  dimensions: {
    length5: [143, 135, 228],
    length15: [96, 243, 625],
    length40: [27, 2017, 1578],
    length120: [17, 4288, 2076],
    brevity: [-1576, -567, -591],
    sentences: [804, 220, 1470],
    interrogative: [-104, -185, -118],
    question: [-241, -21, -83],
    questions: [235, 699, 868],
    lists: [670, 0, 0],
    enumeration: [0, 687, 0],
    commas: [0, 2325, 736],
    commaDensity: [186, 0, 0],
    colons: [468, 358, 621],
    code: [0, 3497, 1494],
    identifiers: [263, 1081, 0],
    mathematics: [184, 1315, 1357],
    variables: [0, 0, 508],
    numbers: [1813, 1121, 1951],
    numberDensity: [0, 283, 695],
    reason: [0, 90, 3256],
    design: [0, 905, 0],
    write: [2959, 802, 385],
    fact: [-2814, -2259, -2004],
    greeting: [-1533, -1260, -1123],
    constraint: [0, 924, 851],
    technical: [0, 2147, 0],
    debug: [365, 1442, 758],
    agent: [45, 328, 0],
    turns: [0, 1409, 399],
    tools: [90, 276, 0],
    toolResults: [0, 2898, 0],
    images: [0, 0, 0],
    responseFormat: [0, 0, 0],
    context: [2623, 7829, 0],
  },
};
