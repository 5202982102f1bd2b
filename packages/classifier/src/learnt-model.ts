// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.
import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: -1450,
  complex: -350,
  reasoning: 1175,
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: [673, -4355, -4458],
  dimensions: {
    length5: [26, 1730, 2100],
    length15: [0, 2230, 2477],
    length40: [0, 1744, 1412],
    length120: [87, 752, 67],
    brevity: [-3767, -946, -1618],
    sentences: [730, 0, 2096],
    interrogative: [-282, -1042, -105],
    question: [-1679, -939, -1956],
    questions: [0, 285, 0],
    lists: [274, 0, 0],
    enumeration: [0, 1923, 18],
    commas: [0, 2708, 0],
    commaDensity: [0, 658, 0],
    colons: [793, 0, 0],
    code: [0, 1888, 50],
    identifiers: [167, 793, 0],
    mathematics: [0, 679, 1625],
    variables: [0, 0, 902],
    numbers: [1410, 1351, 246],
    numberDensity: [0, 654, 1804],
    reason: [0, 0, 7545],
    design: [0, 5184, 173],
    write: [6653, 1909, 0],
    fact: [-3368, -2709, -1148],
    greeting: [-1754, -1030, -792],
    constraint: [0, 2401, 1359],
    technical: [0, 3111, 0],
    debug: [2, 560, 81],
    agent: [0, 215, 0],
    turns: [0, 1180, 0],
    tools: [116, 561, 0],
    toolResults: [0, 1462, 0],
    images: [0, 76, 0],
    responseFormat: [0, 0, 0],
    context: [0, 673, 0],
  },
};
