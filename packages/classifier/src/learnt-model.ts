// Written by `classifier:fit --write`; how, on what and how well: docs/classifier.md.
import type { LearntModel } from './model.ts';
import type { Boundaries } from './parameters.ts';

/** The lowest score of each tier above SIMPLE. */
export const learntBoundaries: Boundaries = {
  medium: -4050,
  complex: 500,
  reasoning: 3100,
};

/** Strengths of the dimensions for MEDIUM, COMPLEX and REASONING against SIMPLE. */
export const learntModel: LearntModel = {
  base: [-267, -2557, -2502],
  dimensions: {
    length5: [118, 89, 198],
    length15: [132, 301, 707],
    length40: [100, 2293, 1818],
    length120: [154, 4434, 2122],
    brevity: [-1718, -760, -740],
    sentences: [785, 389, 1657],
    interrogative: [-47, -153, -71],
    question: [-464, -160, -244],
    questions: [66, 413, 513],
    lists: [408, 0, 0],
    enumeration: [0, 471, 0],
    commas: [0, 2543, 811],
    commaDensity: [261, 0, 0],
    colons: [435, 323, 604],
    code: [3, 3372, 1475],
    identifiers: [255, 1243, 0],
    mathematics: [286, 1336, 1256],
    variables: [0, 0, 460],
    numbers: [1575, 900, 1537],
    numberDensity: [0, 509, 1169],
    reason: [0, 0, 3151],
    design: [0, 1025, 0],
    write: [2888, 741, 286],
    fact: [-2669, -2294, -2088],
    greeting: [-1602, -1487, -1365],
    constraint: [0, 922, 780],
    technical: [0, 2044, 0],
    debug: [256, 1338, 648],
    agent: [317, 390, 0],
    turns: [0, 2056, 0],
    tools: [191, 166, 0],
    toolResults: [0, 2919, 0],
    images: [0, 0, 0],
    responseFormat: [0, 0, 0],
    context: [3376, 6328, 0],
  },
};
