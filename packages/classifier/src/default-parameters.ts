// The parameters that hold unless the configuration says otherwise. Boundaries were learnt with `classifier:fit`.
import { DIMENSION_SIGNS, DIMENSIONS, type Dimension } from './dimensions.ts';
import { learntBoundaries } from './learnt-model.ts';
import type { ClassifierParameters } from './parameters.ts';

/** The weight of a dimension that counts just as it was learnt. */
export const LEARNT_WEIGHT = 1_000;

/** The built-in parameters. */
export const defaultClassifierParameters: ClassifierParameters = {
  boundaries: learntBoundaries,
  groupBoundaries: {},
  uncertainMargin: 200,
  costAsymmetry: 1,
  weights: Object.fromEntries(
    DIMENSIONS.map((dimension) => [dimension, DIMENSION_SIGNS[dimension] * LEARNT_WEIGHT]),
  ) as Record<Dimension, number>,
  lexicons: {},
};
