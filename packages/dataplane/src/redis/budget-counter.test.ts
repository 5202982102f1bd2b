import type { AppliedBudget, EffectivePolicy } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import { countersFor, MAX_COUNTERS } from './budget-counter.ts';

const NOW = Date.parse('2026-03-15T12:00:00Z');
const TARGET = { provider: 'p', model: 'p/m', tier: 'SIMPLE' };

function budget(change: Partial<AppliedBudget> = {}): AppliedBudget {
  const base = { window: 'day', scope: 'user', limits: { costNanoUsd: 5 }, warnAtPercent: [], mode: 'strict' } as const;
  return { ...base, pot: 'user/u', origin: 'default', ...change };
}

function counters(budgets: readonly AppliedBudget[], more: Partial<EffectivePolicy> = {}, target = TARGET) {
  return countersFor({ budgets, ...more } as EffectivePolicy, 'u', target, NOW);
}

const ids = (...parameters: Parameters<typeof counters>) => counters(...parameters).map(({ id }) => id);

describe('the counters of a request', () => {
  test('are one for each stated limit, in every pot', () => {
    const group = budget({ pot: 'group/g', scope: 'group', limits: { requests: 1, totalTokens: 2 } });

    expect(ids([budget(), group], { maxConcurrentRequests: 3 })).toEqual([
      'user/u|costNanoUsd|day',
      'group/g|requests|day',
      'group/g|totalTokens|day',
      'user/u|concurrency',
    ]);
  });

  test.each([
    ['minute', 1_000, 60],
    ['hour', 60_000, 60],
    ['day', 900_000, 96],
    ['month', 21_600_000, 120],
  ] as const)('roll over a %s in buckets', (window, bucketMs, buckets) => {
    expect(counters([budget({ window })])).toMatchObject([{ bucketMs, buckets, periodStartMs: 0, periodEndMs: 0 }]);
  });

  test('of a calendar period carry its begin in their name', () => {
    const start = Date.parse('2026-03-01T00:00:00Z');

    expect(counters([budget({ window: 'month', calendar: 'UTC' })])).toMatchObject([
      { id: `user/u|costNanoUsd|month@UTC|${start}`, bucketMs: -1, periodStartMs: start },
    ]);
    expect(ids([budget({ window: 'quarter' })])[0]).toContain('quarter@UTC');
  });

  test.each([
    [{ models: ['p/m'] }, 1],
    [{ models: ['p/other'] }, 0],
    [{ providers: ['p'] }, 1],
    [{ providers: ['q'] }, 0],
    [{ tiers: ['SIMPLE'] }, 1],
    [{ tiers: ['COMPLEX'] }, 0],
  ] as const)('are those whose filter %j applies', (filter, count) => {
    expect(counters([budget(filter as Partial<AppliedBudget>)])).toHaveLength(count);
  });

  test('with other filters are other counters, whatever the order of their names', () => {
    const a = ids([budget({ models: ['p/m', 'p/n'] })]);
    const b = ids([budget({ models: ['p/n', 'p/m'] })]);

    expect(a).toEqual(b);
    expect(ids([budget({ models: ['p/m'] })])).not.toEqual(a);
    expect(ids([budget()])).not.toEqual(a);
  });

  test('are at most as many as the script takes', () => {
    const many = Array.from({ length: MAX_COUNTERS + 1 }, (_, index) => budget({ pot: `group/${index}` }));

    expect(counters(many.slice(1))).toHaveLength(MAX_COUNTERS);
    expect(() => counters(many)).toThrow(RangeError);
  });
});
