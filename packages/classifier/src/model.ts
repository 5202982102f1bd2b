// The learnt part of the classifier: how much each dimension and each word says for the tiers above SIMPLE.

/** Evidence for MEDIUM, COMPLEX and REASONING against SIMPLE, in points. */
export type Strengths = readonly [medium: number, complex: number, reasoning: number];

/** So many points of evidence are one unit of log-odds. */
export const POINTS_PER_LOG_ODDS = 1_000;

/** What `classifier:fit` writes. */
export interface LearntModel {
  /** Before anything is read. */
  readonly base: Strengths;
  /** Of a dimension whose value is 1; `wording` has none of its own. */
  readonly dimensions: Readonly<Record<string, Strengths>>;
}

/** Terms with their strengths: `term medium complex reasoning`, separated by commas; `term*` is a word's start. */
export type WordingSource = string;

/** One term of the wording. */
export interface WordingTerm {
  readonly term: string;
  readonly strengths: Strengths;
}

/** Reads a wording source. */
export function readWording(source: WordingSource): readonly WordingTerm[] {
  return source
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [reasoning = '', complex = '', medium = '', ...words] = entry.split(' ').reverse();
      return { term: words.reverse().join(' '), strengths: [Number(medium), Number(complex), Number(reasoning)] };
    });
}
