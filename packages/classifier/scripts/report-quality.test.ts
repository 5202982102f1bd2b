import { expect, test } from 'vitest';
import { type JudgedRow, measureQuality } from './report-quality.ts';

function judged(ask: string, tier: number, predicted: number, score = 0): JudgedRow {
  const request = { messages: [] };
  return { row: { id: ask, file: 'x', group: 'x', language: 'en', ask, tier, request }, score, predicted };
}

test('invariance is the share of pairs of forms of one ask that get the same tier, right or wrong', () => {
  const rows = [judged('a', 1, 1), judged('a', 1, 1), judged('a', 1, 2), judged('b', 0, 3), judged('b', 0, 3)];

  expect(measureQuality(rows).invariance).toBe(2 / 4);
  expect(measureQuality([judged('a', 1, 1), judged('b', 1, 1)]).invariance).toBeNull();
});

test('errors of two tiers count by their direction', () => {
  const { accuracy, underRouted, overRouted } = measureQuality([
    judged('a', 3, 1),
    judged('b', 0, 3),
    judged('c', 1, 2),
    judged('d', 2, 2),
  ]);

  expect({ accuracy, underRouted, overRouted }).toEqual({ accuracy: 1 / 4, underRouted: 1 / 4, overRouted: 1 / 4 });
});

test('the area under the curve is the chance that a hard row scores above an easy one; a tie counts half', () => {
  const rows = [judged('a', 0, 0, 1), judged('b', 1, 1, 5), judged('c', 2, 2, 5), judged('d', 3, 3, 9)];

  expect(measureQuality(rows).auroc).toBe(3.5 / 4);
  expect(measureQuality([judged('a', 0, 0, 1)]).auroc).toBeNull();
});
