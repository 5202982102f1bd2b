import { expect, it } from 'vitest';
import { describeDifference } from './describe-difference.ts';

it('reads budgets of the typed configuration as people write them', () => {
  const budget = { window: 'day', scope: 'user', limits: { costNanoUsd: 25_000_000_000, requests: 10 } };

  expect(describeDifference({ path: 'security.policy.users.u-basic.budgets', before: null, after: [budget] })).toEqual({
    path: 'users.u-basic.budgets',
    before: 'not stated',
    after: '$25 and 10 requests per day',
  });
});

it('names nested members and empty lists', () => {
  const described = describeDifference({ path: 'a', before: [], after: { b: ['x', 'y'], c: true } });

  expect(described).toMatchObject({ before: 'none', after: 'b: x, y; c: true' });
});
