import type { AppliedBudget } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { findNearestLimit } from './nearest-limit.ts';

const none = { requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0, costNanoUsd: 0 };
const usage = { day: { ...none, requests: 90, costNanoUsd: 5 }, month: { ...none, requests: 300, costNanoUsd: 40 } };

function budget(overrides: Partial<AppliedBudget>): AppliedBudget {
  return {
    window: 'day',
    scope: 'user',
    limits: {},
    warnAtPercent: [],
    mode: 'strict',
    pot: 'user/u',
    origin: 'default',
    ...overrides,
  };
}

describe('findNearestLimit', () => {
  it('finds the limit that is used most over all windows and dimensions', () => {
    const budgets = [
      budget({ limits: { requests: 100, costNanoUsd: 100 } }),
      budget({ window: 'month', limits: { costNanoUsd: 41 } }),
    ];

    expect(findNearestLimit(budgets, usage)).toMatchObject({ window: 'month', dimension: 'costNanoUsd', used: 40 });
  });

  it('counts a limit of zero as used up', () => {
    expect(findNearestLimit([budget({ limits: { requests: 0 } })], undefined)?.usedShare).toBe(1);
  });

  it('leaves out shared pots, filtered and calendar budgets', () => {
    const budgets = [
      budget({ scope: 'group', limits: { requests: 1 } }),
      budget({ tiers: ['SIMPLE'], limits: { requests: 1 } }),
      budget({ calendar: 'Europe/Berlin', limits: { requests: 1 } }),
      budget({ window: 'minute', limits: { requests: 1 } }),
    ];

    expect(findNearestLimit(budgets, usage)).toBeUndefined();
  });
});
