// Labelled rows as the numbers that are fitted: the values of the dimensions and the words found, read by the classifier
// itself, so that what is learnt is what will be seen.

import { wordingScale } from '../src/classify.ts';
import type { LearntParts } from '../src/compile-classifier.ts';
import {
  compileClassifier,
  DIMENSION_SIGNS,
  DIMENSIONS,
  type Dimension,
  defaultClassifierParameters,
  measureRequest,
} from '../src/index.ts';
import { POINTS_PER_LOG_ODDS, type Strengths } from '../src/model.ts';
import { candidateTerms } from './candidate-terms.ts';
import type { FeatureRule, SparseRows } from './fit-tiers.ts';
import type { LabelledRow } from './labelled-rows.ts';
import { perturbedForms } from './perturb-ask.ts';

/** All rows, and the words that are features of their own behind the base and the dimensions. */
export interface FitData {
  readonly rows: SparseRows;
  /** For each encoded row the labelled row that it is a form of; the labelled rows themselves come first. */
  readonly origins: Int32Array;
  readonly terms: readonly string[];
}

/** A word is seen in few rows, a dimension in all: what is learnt of words is held back more. */
const PENALTY_OF_DIMENSION = 0.3;
const PENALTY_OF_WORD = 5;
// A row that somebody wrote and labelled is worth more than a synthetic one or one whose label was guessed from its source.
const COLLECTIONS = ['tiers_uncommon', 'tiers_sources'];
const SHARE_OF_COLLECTION = 0.4;

/** Other forms of a row beside its own. */
const FORMS = 2;

const FITTED_DIMENSIONS = DIMENSIONS.filter((dimension) => dimension !== 'wording');

/** Reads every row with the classifier, and some other forms of those that were written by hand. */
export function encodeRows(labelled: readonly LabelledRow[], random: () => number): FitData {
  const plain = compileClassifier(defaultClassifierParameters, undefined, { model: NOTHING, wording: [] });
  const textOf = ({ request }: LabelledRow): string =>
    request.messages[measureRequest(request, plain).askIndex]?.text ?? '';
  const terms = candidateTerms(labelled, textOf);
  const reader = compileClassifier(defaultClassifierParameters, undefined, {
    model: NOTHING,
    wording: terms.map((term) => ({ term, strengths: [0, 0, 0] })),
  });
  const formsOf = labelled.map((row) => (isHandWritten(row) ? perturbedForms(row, FORMS, random) : []));
  const origins = [...labelled.keys(), ...formsOf.flatMap((forms, index) => forms.map(() => index))];
  const encoded = [...labelled, ...formsOf.flat()];
  const readings = encoded.map(({ request }) => measureRequest(request, reader));
  const rows: SparseRows = {
    ...featuresOf(readings),
    tiers: Uint8Array.from(encoded, ({ tier }) => tier),
    // A row and its forms together weigh what the row weighs.
    weights: Float64Array.from(
      origins,
      (origin) => shareOf(labelled[origin] as LabelledRow) / (1 + (formsOf[origin]?.length ?? 0)),
    ),
    asks: numberAsks(encoded),
  };
  return { rows, origins: Int32Array.from(origins), terms };
}

function numberAsks(rows: readonly LabelledRow[]): Int32Array {
  const numbers = new Map<string, number>();
  for (const { ask } of rows) numbers.set(ask, numbers.get(ask) ?? numbers.size);
  return Int32Array.from(rows, ({ ask }) => numbers.get(ask) ?? 0);
}

function featuresOf(
  readings: readonly ReturnType<typeof measureRequest>[],
): Pick<SparseRows, 'starts' | 'features' | 'values'> {
  const starts = [0];
  const features: number[] = [];
  const values: number[] = [];
  for (const { measurements, wording } of readings) {
    features.push(0);
    values.push(1);
    FITTED_DIMENSIONS.forEach((dimension, at) => {
      const { value } = measurements[dimension];
      if (value === 0) return;
      features.push(at + 1);
      values.push(value);
    });
    const scale = wordingScale(wording.length);
    for (const { number } of wording) {
      features.push(FITTED_DIMENSIONS.length + 1 + number);
      values.push(scale);
    }
    starts.push(features.length);
  }
  return { starts: Int32Array.from(starts), features: Int32Array.from(features), values: Float64Array.from(values) };
}

const NOTHING: LearntParts['model'] = { base: [0, 0, 0], dimensions: {} };

function shareOf(row: LabelledRow): number {
  return isHandWritten(row) ? 1 : SHARE_OF_COLLECTION;
}

/** Somebody wrote and labelled the row. */
export function isHandWritten({ file }: LabelledRow): boolean {
  return COLLECTIONS.every((prefix) => !file.startsWith(prefix));
}

/** Penalties and signs of all features. */
export function rulesOf({ terms }: FitData): readonly FeatureRule[] {
  return [
    { penalty: 0.001, sign: 0 },
    ...FITTED_DIMENSIONS.map((dimension) => ({ penalty: PENALTY_OF_DIMENSION, sign: DIMENSION_SIGNS[dimension] })),
    ...terms.map(() => ({ penalty: PENALTY_OF_WORD, sign: 0 })),
  ];
}

/** The fitted strengths as the classifier takes them, in whole points. */
export function learntParts({ terms }: FitData, fitted: Float64Array): LearntParts {
  const strengthsAt = (feature: number): Strengths => {
    const [medium = 0, complex = 0, reasoning = 0] = Array.from(
      fitted.subarray(feature * 3, feature * 3 + 3),
      (value) => Math.round(value * POINTS_PER_LOG_ODDS) + 0,
    );
    return [medium, complex, reasoning];
  };
  const dimensions: Partial<Record<Dimension, Strengths>> = {};
  FITTED_DIMENSIONS.forEach((dimension, at) => {
    dimensions[dimension] = strengthsAt(at + 1);
  });
  const wording = terms.map((term, at) => ({ term, strengths: strengthsAt(FITTED_DIMENSIONS.length + 1 + at) }));
  return { model: { base: strengthsAt(0), dimensions }, wording };
}
