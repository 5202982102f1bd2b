// Arbitrary and sample policies for the tests in this folder.
import fc from 'fast-check';
import { TIERS } from '../tier.ts';
import type { PolicySource } from './merge-policy.ts';
import { BUDGET_DIMENSIONS, BUDGET_WINDOWS, type Budget, type PolicyRule, ROLES } from './policy-rule.ts';

export const LEVELS = ['PUBLIC', 'INTERNAL', 'SECRET'] as const;
export const GROUPS = ['alpha', 'beta', 'gamma', 'delta'] as const;
const MODELS = ['p/a', 'p/b', 'q/c', 'q/d'] as const;

/** A personal daily budget in dollars. */
export function dailyBudget(dollars: number, more: Partial<Budget> = {}): Budget {
  const limits = { costNanoUsd: dollars * 1_000_000_000 };
  return { window: 'day', scope: 'user', limits, warnAtPercent: [], mode: 'strict', ...more };
}

/** A source with the sample ladder and no rules but those given. */
export function policySource(
  policy: Partial<PolicySource['policy']>,
  billingOrder: readonly string[] = [],
): PolicySource {
  return {
    policy: { groups: {}, users: {}, ...policy },
    billingOrder,
    classification: { default: 'INTERNAL', levels: [...LEVELS], trustedLabelers: [] },
  };
}

const budget: fc.Arbitrary<Budget> = fc.record({
  window: fc.constantFrom(...BUDGET_WINDOWS),
  scope: fc.constantFrom('user', 'group', 'organization'),
  limits: fc.dictionary(fc.constantFrom(...BUDGET_DIMENSIONS), fc.nat(100), { minKeys: 1 }),
  warnAtPercent: fc.constant([]),
  mode: fc.constantFrom('strict', 'estimate'),
});

/** Any rule; `denies` false leaves out what accumulates against the principal. */
export function anyRule(denies: boolean): fc.Arbitrary<PolicyRule> {
  const model = fc.subarray([...MODELS]);
  const rule = fc.record(
    {
      allowedTiers: fc.subarray([...TIERS]),
      maxTier: fc.constantFrom(...TIERS),
      allowedModels: model,
      deniedModels: model,
      onViolation: fc.constantFrom('deny', 'downgrade'),
      budgets: fc.array(budget, { maxLength: 3 }),
      maxClassification: fc.constantFrom(...LEVELS),
      maxOutputTokens: fc.nat(1000),
      inlineOverrides: fc.boolean(),
      roles: fc.subarray([...ROLES]),
      admin: fc.boolean(),
      hostedTools: fc.boolean(),
      remoteContent: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  return rule.map(({ deniedModels, ...granted }) =>
    denies && deniedModels !== undefined ? { ...granted, deniedModels } : granted,
  ) as fc.Arbitrary<PolicyRule>;
}

/** Any source over the sample groups and the user `u`. */
export function anySource(denies: boolean): fc.Arbitrary<PolicySource> {
  return fc
    .record({
      hasDefault: fc.boolean(),
      floor: anyRule(denies),
      groups: fc.dictionary(fc.constantFrom(...GROUPS), anyRule(denies)),
      users: fc.dictionary(fc.constant('u'), anyRule(denies)),
      billingOrder: fc.subarray([...GROUPS]),
    })
    .map(({ hasDefault, floor, groups, users, billingOrder }) =>
      policySource({ ...(hasDefault ? { default: floor } : {}), groups, users }, billingOrder),
    );
}
