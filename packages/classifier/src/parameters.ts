// What an administrator can tune. All figures are in points: a contribution is the rounded product of a dimension's
// value (0 to 1) and its weight, so scores are integers and contributions add up exactly.
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
  readonly weights: Readonly<Record<Dimension, number>>;
  /** Lists that replace the built-in ones, by language and family. */
  readonly lexicons: Readonly<Record<string, Lexicon>>;
}
