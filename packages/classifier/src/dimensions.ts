// The closed list of dimensions. A dimension's value is never negative; the direction in which it argues is fixed here, so
// that no configuration and no fitting run can make "prove" an argument for SIMPLE. `wording` alone goes both ways: it is
// what the single words of the ask, each with a learnt strength, say together.

/** Lexicon families: each counts distinct terms of the ask and has one weight over all languages. */
export const FAMILIES = [
  'reason',
  'design',
  'write',
  'fact',
  'greeting',
  'constraint',
  'technical',
  'debug',
  'agent',
] as const;

/** A lexicon family. */
export type Family = (typeof FAMILIES)[number];

/** Every dimension with the direction in which it argues: 1 for a dearer tier than SIMPLE, -1 for SIMPLE. */
export const DIMENSION_SIGNS = {
  length5: 1,
  length15: 1,
  length40: 1,
  length120: 1,
  brevity: -1,
  sentences: 1,
  interrogative: -1,
  question: -1,
  questions: 1,
  lists: 1,
  enumeration: 1,
  commas: 1,
  commaDensity: 1,
  colons: 1,
  code: 1,
  identifiers: 1,
  mathematics: 1,
  variables: 1,
  numbers: 1,
  numberDensity: 1,
  reason: 1,
  design: 1,
  write: 1,
  fact: -1,
  greeting: -1,
  constraint: 1,
  technical: 1,
  debug: 1,
  agent: 1,
  wording: 1,
  turns: 1,
  tools: 1,
  toolResults: 1,
  images: 1,
  responseFormat: 1,
  context: 1,
} as const;

/** The name of a dimension. */
export type Dimension = keyof typeof DIMENSION_SIGNS;

/** The dimensions in the order in which contributions are reported. */
export const DIMENSIONS = Object.freeze(Object.keys(DIMENSION_SIGNS)) as readonly Dimension[];
