// Medians, ranges and percentiles.
import { describe, expect, it } from 'vitest';
import { percentile, spreadOf, timesOf } from './statistics.ts';

describe('the spread of several rounds', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[4, 1], { median: 2.5, min: 1, max: 4 }],
    [[9, 10, 2], { median: 9, min: 2, max: 10 }],
    [[8, 2, 4, 100], { median: 6, min: 2, max: 100 }],
  ])('of %j is %j', (values, expected) => {
    expect(spreadOf(values)).toEqual(expected);
  });

  it('does not exist for no rounds', () => {
    expect(() => spreadOf([])).toThrow('no values');
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0, 1],
    [0.5, 50],
    [0.99, 99],
    [1, 100],
  ])('at %d of the numbers 1 to 100 is %d', (part, expected) => {
    expect(percentile(hundred, part)).toBe(expected);
  });

  it('is zero in a window without answers, so that the window can say why it is void', () => {
    expect(timesOf([])).toEqual({ p50: 0, p99: 0 });
  });
});
