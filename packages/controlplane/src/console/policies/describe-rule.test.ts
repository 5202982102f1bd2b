import { describe, expect, it } from 'vitest';
import { describeBudget, describeRule } from './describe-rule.ts';

describe('describeBudget', () => {
  it.each([
    [{ window: 'day', maxCostUsd: 25 }, '$25 per day'],
    [{ window: 'hour', maxRequests: 1000, maxTotalTokens: 5 }, '1,000 requests and 5 tokens per hour'],
    [
      { window: 'month', calendar: 'Europe/Berlin', scope: 'group', maxCostUsd: 0.5, tiers: ['REASONING'] },
      '$0.50 per month (calendar, Europe/Berlin), shared by the group, tiers: REASONING',
    ],
    [{}, 'no limit per ?'],
  ])('says %j as %s', (budget, text) => {
    expect(describeBudget(budget)).toBe(text);
  });
});

describe('describeRule', () => {
  it('orders known fields, keeps unknown ones and leaves notes out', () => {
    const lines = describeRule({ future: 3, _note: 'x', maxTier: 'SIMPLE', allowedTiers: [] });

    expect(lines.map(({ label, values }) => [label, values])).toEqual([
      ['Tiers', ['none']],
      ['Highest tier', ['SIMPLE']],
      ['future', ['3']],
    ]);
  });
});
