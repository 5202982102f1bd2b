import { describe, expect, it } from 'vitest';
import type { EffectivePolicy } from './effective-policy.ts';
import { budgetsOf, costCenterFor, judgeModel, judgeTier } from './judge-request.ts';
import { mergePolicy } from './merge-policy.ts';
import type { PolicyRule } from './policy-rule.ts';
import { dailyBudget, policySource } from './policy-samples.ts';

function policyOf(rule: PolicyRule, groups: readonly string[] = []): EffectivePolicy {
  const merge = mergePolicy(policySource({ default: rule, groups: { beta: {} } }), { key: 'u', groups });
  if (merge.outcome === 'none') throw new Error('no rule matched');
  return merge.policy;
}

describe('judgeModel', () => {
  it('denies a model that is listed and denied', () => {
    expect(judgeModel(policyOf({ allowedModels: ['p/a'], deniedModels: ['p/a'] }), 'p/a', true)).toEqual({
      outcome: 'denied',
      code: 'model_not_allowed',
    });
  });

  it('denies a model that is not on the list', () => {
    expect(judgeModel(policyOf({ allowedModels: ['p/a'] }), 'p/b', true)).toMatchObject({ code: 'model_not_allowed' });
  });

  it.each([
    ['any cost budget', dailyBudget(1), 'denied'],
    ['one for this model', dailyBudget(1, { models: ['p/a'] }), 'denied'],
    ['one for another model', dailyBudget(1, { models: ['p/b'] }), 'allowed'],
    ['one for this provider', dailyBudget(1, { providers: ['p'] }), 'denied'],
    ['one for another provider', dailyBudget(1, { providers: ['q'] }), 'allowed'],
    ['one for a tier', dailyBudget(1, { tiers: ['SIMPLE'] }), 'denied'],
    ['a limit of requests', dailyBudget(1, { limits: { requests: 1 } }), 'allowed'],
  ] as const)('judges a model without a price under %s', (_name, budget, outcome) => {
    expect(judgeModel(policyOf({ budgets: [budget] }), 'p/a', false).outcome).toBe(outcome);
    expect(judgeModel(policyOf({ budgets: [budget] }), 'p/a', true).outcome).toBe('allowed');
  });
});

describe('judgeTier', () => {
  it.each([
    [['SIMPLE'], 'deny', 'SIMPLE', { outcome: 'allowed' }],
    [['SIMPLE'], 'deny', 'COMPLEX', { outcome: 'denied' }],
    [['SIMPLE', 'MEDIUM'], 'downgrade', 'REASONING', { outcome: 'downgraded', tier: 'MEDIUM' }],
    [['SIMPLE', 'REASONING'], 'downgrade', 'COMPLEX', { outcome: 'downgraded', tier: 'SIMPLE' }],
    [['COMPLEX', 'REASONING'], 'downgrade', 'SIMPLE', { outcome: 'downgraded', tier: 'REASONING' }],
    [[], 'downgrade', 'SIMPLE', { outcome: 'denied' }],
  ] as const)('with %j and %s judges %s', (allowedTiers, onViolation, tier, judgement) => {
    expect(judgeTier(policyOf({ allowedTiers, onViolation }), tier)).toEqual(judgement);
  });
});

describe('cost centres and pots', () => {
  const policy = policyOf(
    { budgets: [dailyBudget(1), dailyBudget(2, { scope: 'group' }), dailyBudget(3, { scope: 'organization' })] },
    ['alpha', 'beta'],
  );

  it('charges a group that the caller named and belongs to, else the default', () => {
    expect(costCenterFor(policy, 'alpha')).toBe('alpha');
    expect(costCenterFor(policy, 'stranger')).toBe('beta');
    expect(costCenterFor(policy)).toBe('beta');
  });

  it('counts a group budget in the pot of the group that is charged', () => {
    expect(budgetsOf(policy, 'alpha').map((budget) => budget.pot)).toEqual(['user/u', 'group/alpha', 'organization']);
    expect(budgetsOf(policy, undefined).map((budget) => budget.pot)).toEqual(['user/u', 'organization']);
  });

  it("leaves another group's pot alone", () => {
    const budgets = [dailyBudget(2, { scope: 'group' })];
    const merge = mergePolicy(policySource({ groups: { alpha: { budgets }, beta: { budgets } } }), {
      key: 'u',
      groups: ['alpha', 'beta'],
    });

    if (merge.outcome === 'none') throw new Error('no rule matched');
    expect(budgetsOf(merge.policy, 'beta').map((budget) => budget.pot)).toEqual(['group/beta']);
  });
});
