// What an administrator can tune. Scores and boundaries are in points: contributions are whole numbers that add up to the
// score exactly, which seldom lies beyond -1,500 or 1,500.
import type { Dimension, Family } from './dimensions.ts';

/** The lowest score, in points, of each tier above SIMPLE. Strictly ascending. */
export interface Boundaries {
  readonly medium: number;
  readonly complex: number;
  readonly reasoning: number;
}

/** Terms per family of one language. `term*` matches word starts, `term` whole words, `!term` counts four times; a stated list replaces ours. */
export type Lexicon = Readonly<Partial<Record<Family, readonly string[]>>>;

/** Everything that decides a tier besides the request. Plain data, small enough to travel in a snapshot. */
export interface ClassifierParameters {
  readonly boundaries: Boundaries;
  /** Boundaries of single policy groups, each complete. */
  readonly groupBoundaries: Readonly<Record<string, Boundaries>>;
  /** Within this many points of a boundary a decision counts as uncertain; only there the cost asymmetry decides. */
  readonly uncertainMargin: number;
  /** How many times worse it is to route too low than too high; 1 is neutral. */
  readonly costAsymmetry: number;
  /**
   * How much a dimension counts, in thousandths of what was learnt, with the sign of its direction: 0 ignores it,
   * 2,000 doubles it (-2,000 for one that argues for SIMPLE).
   */
  readonly weights: Readonly<Record<Dimension, number>>;
  /** Lists that replace the built-in ones, by language and family. */
  readonly lexicons: Readonly<Record<string, Lexicon>>;
}
