import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareAtSteps, countedLead } from './weigh-evidence.ts';

const lead = fc.integer({ min: -20_000, max: 20_000 });

describe('a lead', () => {
  test('counts in full up to 400 points, and by a hundredth beyond', () => {
    expect([0, 1, 400, 1_400, -400, -1_400].map(countedLead)).toEqual([0, 1, 400, 410, -400, -410]);
  });

  test('that is greater always counts more, and the same to either side', () => {
    fc.assert(
      fc.property(lead, lead, (one, other) => {
        expect(Math.sign(countedLead(one) - countedLead(other))).toBe(Math.sign(one - other));
        expect(countedLead(-one)).toBe(0 - countedLead(one));
      }),
    );
  });
});

test('no step weighs a point of evidence with more than a point, so that contributions stay of the size of the evidence', () => {
  fc.assert(
    fc.property(fc.tuple(lead, lead, lead, lead), (evidence) => {
      for (const { slope } of compareAtSteps(evidence)) {
        expect(slope).toBeGreaterThan(0);
        expect(slope).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('compares the best tier above each step with the best one below', () => {
  expect(compareAtSteps([0, 300, -200, 700]).map(({ above, below }) => [above, below])).toEqual([
    [3, 0],
    [3, 1],
    [3, 1],
  ]);
});
