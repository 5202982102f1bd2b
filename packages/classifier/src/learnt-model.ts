// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.
import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: -4250,
  complex: -1425,
  reasoning: 3125,
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: [-303, -2680, -2577],
  dimensions: {
    length5: [139, 120, 219],
    length15: [147, 299, 680],
    length40: [117, 2173, 1715],
    length120: [179, 4249, 2016],
    brevity: [-1633, -723, -712],
    sentences: [841, 392, 1620],
    interrogative: [-68, -163, -66],
    question: [-361, -106, -199],
    questions: [47, 531, 671],
    lists: [603, 0, 0],
    enumeration: [0, 568, 0],
    commas: [0, 2460, 819],
    commaDensity: [224, 0, 0],
    colons: [427, 352, 623],
    code: [0, 3451, 1468],
    identifiers: [390, 1141, 0],
    mathematics: [259, 1249, 1264],
    variables: [0, 0, 552],
    numbers: [1752, 904, 1685],
    numberDensity: [0, 483, 959],
    reason: [0, 12, 3120],
    design: [0, 915, 0],
    write: [2983, 800, 345],
    fact: [-2759, -2363, -2141],
    greeting: [-1633, -1375, -1286],
    constraint: [0, 893, 765],
    technical: [0, 2056, 0],
    debug: [201, 1323, 660],
    agent: [243, 401, 0],
    turns: [0, 1220, 115],
    tools: [136, 283, 0],
    toolResults: [0, 2929, 0],
    images: [0, 0, 0],
    responseFormat: [0, 0, 0],
    context: [2766, 7342, 0],
  },
};
