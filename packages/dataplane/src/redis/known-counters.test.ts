import type { AppliedBudget, EffectivePolicy } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { KnownCounters } from './known-counters.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const DAY_MS = 86_400_000;
const TARGET = { provider: 'p', model: 'p/m', tier: 'SIMPLE' };
const POLICY = { maxConcurrentRequests: 4 } as EffectivePolicy;

function budget(more: Partial<AppliedBudget>): AppliedBudget {
  return {
    window: 'day',
    scope: 'user',
    limits: { requests: 10 },
    pot: 'user/u',
    origin: 'default',
    ...more,
  } as AppliedBudget;
}

test('a principal keeps the counters of a target', () => {
  const known = new KnownCounters();
  const budgets = [budget({})];

  const first = known.of(POLICY, budgets, 'u', TARGET, NOW);

  expect(first.map(({ dimension }) => dimension)).toEqual(['requests', 'concurrency']);
  expect(known.of(POLICY, budgets, 'u', TARGET, NOW + 40 * DAY_MS)).toBe(first);
  expect(known.of(POLICY, [...budgets], 'u', TARGET, NOW)).not.toBe(first);
});

test('a budget for some models counts for those alone', () => {
  const known = new KnownCounters();
  const budgets = [budget({ models: ['p/other'] })];

  expect(known.of(POLICY, budgets, 'u', TARGET, NOW)).toHaveLength(1);
  expect(known.of(POLICY, budgets, 'u', { ...TARGET, model: 'p/other' }, NOW)).toHaveLength(2);
});

test('the next calendar period has counters of its own, and so has the one before', () => {
  const known = new KnownCounters();
  const budgets = [budget({ calendar: 'UTC' })];

  const today = known.of(POLICY, budgets, 'u', TARGET, NOW);

  expect(known.of(POLICY, budgets, 'u', TARGET, NOW + 3_600_000)).toBe(today);
  expect(known.of(POLICY, budgets, 'u', TARGET, NOW + DAY_MS)[0]?.id).not.toBe(today[0]?.id);
  expect(known.of(POLICY, budgets, 'u', TARGET, NOW)[0]?.id).toBe(today[0]?.id);
});
