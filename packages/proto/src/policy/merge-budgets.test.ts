import { describe, expect, it } from 'vitest';
import { mergeBudgets } from './merge-budgets.ts';
import type { MatchedRule } from './merge-policy.ts';
import type { Budget } from './policy-rule.ts';
import { dailyBudget } from './policy-samples.ts';

const rule = (origin: string, ...budgets: Budget[]): MatchedRule => ({ origin, rule: { budgets } });
const silent = (origin: string): MatchedRule => ({ origin, rule: {} });

describe('mergeBudgets', () => {
  it('takes each dimension from the rule that states most, with its warnings', () => {
    const low = dailyBudget(5, { limits: { costNanoUsd: 5, requests: 100 }, warnAtPercent: [50] });
    const high = dailyBudget(9, { limits: { costNanoUsd: 9, requests: 10 }, warnAtPercent: [80] });

    const budgets = mergeBudgets([rule('default', low), rule('group/a', high)], undefined, 'u');

    expect(budgets).toEqual([
      { ...low, limits: { requests: 100 }, pot: 'user/u', origin: 'default' },
      { ...high, limits: { costNanoUsd: 9 }, pot: 'user/u', origin: 'group/a' },
    ]);
  });

  it('keeps budgets over different windows, calendars and filters apart', () => {
    const budgets = [
      dailyBudget(1),
      dailyBudget(2, { window: 'month' }),
      dailyBudget(3, { calendar: 'Europe/Zurich' }),
      dailyBudget(4, { models: ['p/a'] }),
      dailyBudget(5, { tiers: ['SIMPLE'] }),
    ];

    expect(mergeBudgets([rule('default', ...budgets)], undefined, 'u')).toHaveLength(5);
  });

  it('knows a filter again in another order', () => {
    const one = dailyBudget(1, { models: ['p/a', 'p/b'] });
    const other = dailyBudget(2, { models: ['p/b', 'p/a'] });

    expect(mergeBudgets([rule('default', one), rule('group/a', other)], undefined, 'u')).toMatchObject([
      { origin: 'group/a' },
    ]);
  });

  it('keeps a limit of nothing as a limit', () => {
    expect(mergeBudgets([rule('default', dailyBudget(0)), silent('group/a')], undefined, 'u')).toMatchObject([
      { limits: { costNanoUsd: 0 } },
    ]);
  });

  it('never merges shared pots', () => {
    const group = dailyBudget(10, { scope: 'group' });
    const company = dailyBudget(100, { scope: 'organization' });

    const budgets = mergeBudgets(
      [rule('default', group, company), rule('group/a', group), rule('group/b', group)],
      undefined,
      'u',
    );

    expect(budgets.map((budget) => budget.pot)).toEqual(['group/*', 'organization', 'group/a', 'group/b']);
  });

  it('lets a user rule replace personal limits, even by none, and leaves the shared pots', () => {
    const shared = [rule('group/a', dailyBudget(1), dailyBudget(7, { scope: 'group' }))];

    expect(mergeBudgets(shared, rule('user/u', dailyBudget(0)), 'u')).toMatchObject([
      { origin: 'user/u', limits: { costNanoUsd: 0 } },
      { pot: 'group/a' },
    ]);
    expect(mergeBudgets(shared, rule('user/u'), 'u')).toMatchObject([{ pot: 'group/a' }]);
    expect(mergeBudgets(shared, silent('user/u'), 'u')).toHaveLength(2);
  });
});
