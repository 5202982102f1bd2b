import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EffectivePolicy } from './effective-policy.ts';
import { judgeModel } from './judge-request.ts';
import { mergePolicy, type PolicyPrincipal, type PolicySource } from './merge-policy.ts';
import type { PolicyRule } from './policy-rule.ts';
import { anySource, dailyBudget, GROUPS, LEVELS, policySource } from './policy-samples.ts';

function merged(source: PolicySource, principal: PolicyPrincipal): EffectivePolicy {
  const merge = mergePolicy(source, principal);
  if (merge.outcome === 'none') throw new Error('no rule matched');
  return merge.policy;
}

const nobody = { key: 'u', groups: [] };
const withGroups = (...groups: string[]) => ({ key: 'u', groups });

describe('which rules match', () => {
  it('grants nothing when there is no default and no matching rule', () => {
    const source = policySource({ groups: { alpha: {} }, users: { other: {} } });

    expect(mergePolicy(source, withGroups('beta'))).toEqual({ outcome: 'none' });
  });

  it.each(['constructor', '__proto__', 'toString'])('finds no rule for a subject or group called %s', (name) => {
    expect(mergePolicy(policySource({}), { key: name, groups: [name] })).toEqual({ outcome: 'none' });
  });

  it('names the matching rules and what each of them stated', () => {
    const source = policySource({
      default: { allowedTiers: ['SIMPLE'] },
      groups: { beta: { allowedTiers: ['MEDIUM'] }, alpha: { admin: true } },
      users: { u: { maxOutputTokens: 5 } },
    });

    const policy = merged(source, withGroups('beta', 'alpha', 'beta'));

    expect(policy.matchedRules).toEqual(['default', 'group/alpha', 'group/beta', 'user/u']);
    expect(policy.origins).toEqual({
      allowedTiers: ['default', 'group/beta'],
      admin: ['group/alpha'],
      maxOutputTokens: ['user/u'],
    });
  });
});

describe('tiers', () => {
  it('cuts each rule at its own ceiling before the union', () => {
    const source = policySource({
      default: { allowedTiers: ['SIMPLE', 'REASONING'], maxTier: 'MEDIUM' },
      groups: { alpha: { allowedTiers: ['COMPLEX', 'REASONING'], maxTier: 'COMPLEX' } },
    });

    expect(merged(source, withGroups('alpha')).allowedTiers).toEqual(['SIMPLE', 'COMPLEX']);
  });

  it('takes silence for nothing, so that a policy without tiers allows none', () => {
    expect(merged(policySource({ default: { maxTier: 'COMPLEX' } }), nobody).allowedTiers).toEqual([]);
  });

  it('lets a user rule cut what the groups gave', () => {
    const source = policySource({
      default: { allowedTiers: ['SIMPLE', 'COMPLEX'] },
      users: { u: { maxTier: 'MEDIUM' } },
    });

    expect(merged(source, nobody).allowedTiers).toEqual(['SIMPLE']);
  });
});

describe('models', () => {
  it('allows all models where the default is silent, whatever a group lists', () => {
    const source = policySource({ default: {}, groups: { alpha: { allowedModels: ['p/a'] } } });

    expect(merged(source, withGroups('alpha')).allowedModels).toBe('all');
  });

  it('unites the lists where the default states one, and where there is no default', () => {
    const groups = { alpha: { allowedModels: ['p/a'] }, beta: {} };

    expect(
      merged(policySource({ default: { allowedModels: ['q/c'] }, groups }), withGroups('alpha')).allowedModels,
    ).toEqual(['p/a', 'q/c']);
    expect(merged(policySource({ groups }), withGroups('alpha', 'beta')).allowedModels).toEqual(['p/a']);
    expect(merged(policySource({ groups }), withGroups('beta')).allowedModels).toEqual([]);
  });

  it('lets a user rule replace the list but never a denial', () => {
    const source = policySource({
      default: { allowedModels: ['p/a'], deniedModels: ['q/c'] },
      users: { u: { allowedModels: ['q/c', 'q/d'], deniedModels: ['q/d'] } },
    });

    const policy = merged(source, nobody);

    expect(policy.allowedModels).toEqual(['q/c', 'q/d']);
    expect(policy.deniedModels).toEqual(['q/c', 'q/d']);
  });
});

describe('rights and choices', () => {
  it('gives an admin every role, and a user rule takes both away', () => {
    const groups: Record<string, PolicyRule> = {
      alpha: { roles: ['admin'] },
      beta: { admin: true, roles: ['finance'] },
    };

    expect(merged(policySource({ groups }), withGroups('alpha'))).toMatchObject({
      admin: true,
      roles: ['auditor', 'finance', 'policy', 'operator', 'admin'],
    });
    expect(merged(policySource({ groups, users: { u: { admin: false } } }), withGroups('alpha', 'beta'))).toMatchObject(
      {
        admin: false,
        roles: ['finance'],
      },
    );
  });

  it('lets downgrade beat deny, and denies when nobody says', () => {
    const groups: Record<string, PolicyRule> = { alpha: { onViolation: 'downgrade' } };
    const source = policySource({ default: { onViolation: 'deny' }, groups });

    expect(merged(source, withGroups('alpha')).onViolation).toBe('downgrade');
    expect(merged(policySource({ default: {} }), nobody).onViolation).toBe('deny');
  });

  it('switches text overrides off for service subjects unless a rule says otherwise', () => {
    const service = { key: 'u', groups: [], service: true };

    expect(merged(policySource({ default: {} }), nobody).inlineOverrides).toBe(true);
    expect(merged(policySource({ default: {} }), service).inlineOverrides).toBe(false);
    expect(merged(policySource({ default: { inlineOverrides: true } }), service).inlineOverrides).toBe(true);
    expect(merged(policySource({ default: { inlineOverrides: false } }), nobody).inlineOverrides).toBe(false);
  });

  it('takes the widest clearance, the highest floor, and the largest stated caps', () => {
    const source = policySource({
      default: { maxClassification: 'PUBLIC', defaultClassification: 'PUBLIC' },
      groups: {
        alpha: { maxClassification: 'SECRET', maxOutputTokens: 10 },
        beta: { defaultClassification: 'SECRET', maxOutputTokens: 20, maxConcurrentRequests: 3 },
      },
    });

    expect(merged(source, withGroups('alpha', 'beta'))).toMatchObject({
      maxClassification: 'SECRET',
      defaultClassification: 'SECRET',
      maxOutputTokens: 20,
      maxConcurrentRequests: 3,
    });
    expect(merged(source, nobody).maxClassification).toBe('PUBLIC');
    expect(merged(policySource({ default: {} }), nobody).maxClassification).toBe('INTERNAL');
  });
});

describe('cost centres', () => {
  const groups = { beta: {}, delta: {} };

  it('takes the first group of the billing order, else the first with a rule, else none', () => {
    expect(
      merged(policySource({ default: {}, groups }, ['gamma']), withGroups('delta', 'gamma')).defaultCostCenter,
    ).toBe('gamma');
    expect(merged(policySource({ default: {}, groups }), withGroups('delta', 'alpha', 'beta')).defaultCostCenter).toBe(
      'beta',
    );
    expect(merged(policySource({ default: {}, groups }), withGroups('alpha'))).not.toHaveProperty('defaultCostCenter');
  });
});

/** Every single thing that a policy lets through. */
function accessOf(policy: EffectivePolicy): Set<string> {
  const access = new Set<string>(policy.allowedTiers.map((tier) => `tier ${tier}`));
  // Prices are left out: budgets follow their own rule, the largest stated.
  for (const model of ['p/a', 'p/b', 'q/c', 'q/d'])
    if (judgeModel(policy, model, true).outcome === 'allowed') access.add(`model ${model}`);
  for (const level of LEVELS.slice(0, LEVELS.indexOf(policy.maxClassification as 'PUBLIC') + 1))
    access.add(`data ${level}`);
  for (const role of policy.roles) access.add(`role ${role}`);
  for (const reach of ['admin', 'hostedTools', 'remoteContent'] as const) if (policy[reach]) access.add(reach);
  if (policy.onViolation === 'downgrade') access.add('downgrade');
  return access;
}

const accessFor = (source: PolicySource, groups: readonly string[]) => {
  const merge = mergePolicy(source, { key: 'u', groups });
  return merge.outcome === 'none' ? new Set<string>() : accessOf(merge.policy);
};

const isWithin = (part: Set<string>, whole: Set<string>) => [...part].every((item) => whole.has(item));

describe('for any policy', () => {
  const anyGroups = fc.subarray([...GROUPS]);

  it('adding a group never removes access', () => {
    fc.assert(
      fc.property(anySource(false), anyGroups, fc.constantFrom(...GROUPS), (source, groups, added) => {
        const before = accessFor(source, groups);
        const after = accessFor(source, [...groups, added]);

        return isWithin(before, after);
      }),
    );
  });

  it('adding a denial never adds any access', () => {
    fc.assert(
      fc.property(
        anySource(true),
        anyGroups,
        fc.constantFrom(...GROUPS, 'default', 'user'),
        (source, groups, where) => {
          const deny = (rule: PolicyRule = {}): PolicyRule => ({
            ...rule,
            deniedModels: [...(rule.deniedModels ?? []), 'q/c'],
          });
          const { policy } = source;
          // Only to rules that exist: a rule that appears is a grant of its own.
          const denied =
            where === 'default'
              ? { ...policy, ...(policy.default && { default: deny(policy.default) }) }
              : where === 'user'
                ? { ...policy, users: policy.users.u ? { u: deny(policy.users.u) } : {} }
                : {
                    ...policy,
                    groups: policy.groups[where]
                      ? { ...policy.groups, [where]: deny(policy.groups[where]) }
                      : policy.groups,
                  };

          return isWithin(accessFor({ ...source, policy: denied }, groups), accessFor(source, groups));
        },
      ),
    );
  });

  it('the order of groups does not matter', () => {
    const shuffled = fc.shuffledSubarray([...GROUPS], { minLength: 1 });
    fc.assert(
      fc.property(anySource(true), shuffled, (source, groups) => {
        const one = mergePolicy(source, { key: 'u', groups });
        const other = mergePolicy(source, { key: 'u', groups: groups.toReversed() });

        expect(one).toEqual(other);
      }),
    );
  });

  it('a user rule has the last word on the fields that it states', () => {
    fc.assert(
      fc.property(anySource(true), anyGroups, (source, groups) => {
        const user = source.policy.users.u;
        fc.pre(user !== undefined);
        const policy = merged(source, { key: 'u', groups });

        if (user.allowedModels) expect(policy.allowedModels).toEqual([...user.allowedModels].sort());
        if (user.maxClassification) expect(policy.maxClassification).toBe(user.maxClassification);
        if (user.maxOutputTokens !== undefined) expect(policy.maxOutputTokens).toBe(user.maxOutputTokens);
        if (user.onViolation) expect(policy.onViolation).toBe(user.onViolation);
        for (const model of user.deniedModels ?? []) expect(policy.deniedModels).toContain(model);
      }),
    );
  });

  it('a personal limit is the largest that is stated', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }), (limits) => {
        const groups = Object.fromEntries(
          limits.map((limit, index) => [`g${index}`, { budgets: [dailyBudget(limit)] }]),
        );
        const policy = merged(policySource({ groups }), { key: 'u', groups: Object.keys(groups) });

        expect(policy.budgets.map((budget) => budget.limits.costNanoUsd)).toEqual([Math.max(...limits) * 1e9]);
      }),
    );
  });
});
