import { expect, test } from 'vitest';
import { evidenceOfRow, type FeatureRule, fitTiers, type SparseRows } from './fit-tiers.ts';

interface Row {
  readonly tier: number;
  readonly ask: number;
  /** The features whose value is 1. */
  readonly features: readonly number[];
}

function sparseRows(rows: readonly Row[]): SparseRows {
  const starts = [0];
  for (const { features } of rows) starts.push((starts.at(-1) ?? 0) + features.length);
  const features = rows.flatMap((row) => row.features);
  return {
    starts: Int32Array.from(starts),
    features: Int32Array.from(features),
    values: new Float64Array(features.length).fill(1),
    tiers: Uint8Array.from(rows, ({ tier }) => tier),
    weights: new Float64Array(rows.length).fill(1),
    asks: Int32Array.from(rows, ({ ask }) => ask),
  };
}

const FREE: FeatureRule = { penalty: 0.1, sign: 0 };

function evidence(rows: SparseRows, row: number, strengths: Float64Array): number[] {
  const into = new Float64Array(3);
  evidenceOfRow(rows, row, strengths, into);
  return [...into];
}

function fitAll(rows: SparseRows, rules: readonly FeatureRule[]): Float64Array {
  return fitTiers(rows, [...rows.tiers.keys()], rules);
}

/** Feature 0 is the base; features 1 to 4 each belong to one tier. */
const oneFeatureForEachTier = sparseRows(
  [0, 1, 2, 3].flatMap((tier) => [1, 2, 3].map((copy) => ({ tier, ask: tier * 10 + copy, features: [0, tier + 1] }))),
);

test('gives each tier the most evidence on its own rows', () => {
  const strengths = fitAll(oneFeatureForEachTier, [FREE, FREE, FREE, FREE, FREE]);

  const best = [...oneFeatureForEachTier.tiers.keys()].map((row) => {
    const all = [0, ...evidence(oneFeatureForEachTier, row, strengths)];
    return all.indexOf(Math.max(...all));
  });
  expect(best).toEqual([...oneFeatureForEachTier.tiers]);
});

test('keeps every strength on the side that its rule allows', () => {
  const strengths = fitAll(oneFeatureForEachTier, [FREE, FREE, { ...FREE, sign: -1 }, FREE, { ...FREE, sign: 1 }]);

  expect(Math.max(...strengths.subarray(6, 9))).toBe(0);
  expect(Math.min(...strengths.subarray(12, 15))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...strengths.subarray(12, 15))).toBeGreaterThan(0);
});

test('draws the evidence for differently worded forms of one ask together', () => {
  // Feature 1 speaks for REASONING everywhere; feature 2 stands in one form of an ask and in SIMPLE rows besides.
  const formsIn = (second: number) =>
    sparseRows([
      { tier: 3, ask: 0, features: [0, 1] },
      { tier: 3, ask: second, features: [0, 2] },
      { tier: 0, ask: 2, features: [0, 2] },
      { tier: 0, ask: 3, features: [0] },
    ]);
  const distance = (rows: SparseRows): number => {
    const strengths = fitAll(rows, [FREE, FREE, FREE]);
    const other = evidence(rows, 1, strengths);
    return Math.hypot(...evidence(rows, 0, strengths).map((value, tier) => value - (other[tier] as number)));
  };

  expect(distance(formsIn(0))).toBeLessThan(0.8 * distance(formsIn(1)));
});

test('is fitted on the rows that are named, and is the same bit for bit every time', () => {
  const rules = [FREE, FREE, FREE, FREE, FREE];
  const chosen = [0, 1, 2, 9, 10, 11];

  const strengths = fitTiers(oneFeatureForEachTier, chosen, rules);

  expect(strengths).toEqual(fitTiers(oneFeatureForEachTier, chosen, rules));
  expect([...strengths.subarray(6, 12)]).toEqual([0, 0, 0, 0, 0, 0]);
});
