// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.
import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: -1475,
  complex: -475,
  reasoning: 1100,
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: [685, -4242, -4221],
  dimensions: {
    length5: [0, 1424, 1758],
    length15: [0, 2194, 2458],
    length40: [0, 1797, 1487],
    length120: [43, 795, 130],
    brevity: [-3605, -723, -1387],
    sentences: [849, 0, 2049],
    interrogative: [-268, -999, -91],
    question: [-1691, -995, -2079],
    questions: [0, 279, 0],
    lists: [441, 0, 0],
    enumeration: [0, 2115, 33],
    commas: [0, 2785, 0],
    commaDensity: [0, 752, 0],
    colons: [890, 0, 0],
    code: [0, 2299, 398],
    identifiers: [124, 823, 0],
    mathematics: [0, 993, 1867],
    variables: [0, 0, 1095],
    numbers: [1402, 1362, 300],
    numberDensity: [0, 622, 1712],
    reason: [0, 0, 7460],
    design: [0, 4955, 171],
    write: [6597, 1914, 0],
    fact: [-3300, -2670, -1124],
    greeting: [-1793, -1077, -867],
    constraint: [0, 2357, 1367],
    technical: [0, 3127, 0],
    debug: [3, 521, 102],
    agent: [0, 167, 0],
    turns: [14, 1124, 0],
    tools: [108, 516, 0],
    toolResults: [0, 1777, 0],
    images: [0, 88, 0],
    responseFormat: [0, 0, 0],
    context: [33, 846, 0],
  },
};
