import { describe, expect, it } from 'vitest';
import { buildEffectiveConfig, type EffectiveBuild } from './build-effective-config.ts';
import { accepted, parseSmall } from './config-samples.ts';
import type { Overrides } from './overrides.ts';

const { baseline, config: fileConfig } = accepted(
  parseSmall((config) => {
    config.security.policy.groups.team = { allowedTiers: ['COMPLEX'], maxOutputTokens: 100 };
  }),
);

function build(...overrides: Overrides): Extract<EffectiveBuild, { outcome: 'valid' }> {
  const result = buildEffectiveConfig(baseline, overrides);
  if (result.outcome === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result;
}
const problemsOf = (...overrides: Overrides) => {
  const result = buildEffectiveConfig(baseline, overrides);
  return result.outcome === 'invalid' ? result.problems.map((problem) => problem.path) : [];
};

describe('buildEffectiveConfig', () => {
  it('is the file without overrides', () => {
    expect(build().config).toEqual(fileConfig);
    expect(new Set(Object.values(build().origins))).toEqual(new Set(['file']));
  });

  it('replaces the whole rule of the name and says so', () => {
    const { config, origins } = build({ scope: 'policy.group', name: 'team', value: { maxOutputTokens: 5 } });

    expect(config.security.policy.groups.team).toEqual({ maxOutputTokens: 5 });
    expect(origins).toMatchObject({
      'security.policy.groups.team': 'override',
      'security.policy.groups.admins': 'file',
      'tiers.SIMPLE': 'file',
    });
  });

  it('adds rules for groups and users that the file does not know', () => {
    const { config, origins } = build(
      { scope: 'policy.group', name: 'new', value: {} },
      { scope: 'policy.user', name: 'a@b.c', value: { budgets: [{ window: 'day', maxCostUsd: 0.1 }] } },
    );

    expect(config.security.policy.groups.new).toEqual({});
    expect(config.security.policy.users['a@b.c']?.budgets?.[0]?.limits).toEqual({ costNanoUsd: 100_000_000 });
    expect(origins['security.policy.users["a@b.c"]']).toBe('override');
  });

  it("returns to the file's value when the override is null, and lets the later of two count", () => {
    const first = { scope: 'policy.group', name: 'team', value: { maxOutputTokens: 5 } } as const;

    expect(build(first, { ...first, value: null }).config).toEqual(fileConfig);
    expect(build(first, { ...first, value: { maxOutputTokens: 6 } }).config.security.policy.groups.team).toEqual({
      maxOutputTokens: 6,
    });
  });

  it('routes a tier elsewhere and makes the model known', () => {
    const { config } = build({ scope: 'tier', name: 'SIMPLE', value: { primary: 'local/new' } });

    expect(config.tiers.SIMPLE).toEqual({ primary: 'local/new', fallback: [] });
    expect(config.models.map((model) => model.id)).toContain('local/new');
  });

  it('names problems by the path that the file would have', () => {
    expect(problemsOf({ scope: 'policy.group', name: 'team', value: { allowedTiers: ['HUGE'], odd: 1 } })).toEqual([
      'security.policy.groups.team.allowedTiers[0]',
      'security.policy.groups.team.odd',
    ]);
    expect(problemsOf({ scope: 'tier', name: 'SIMPLE', value: { primary: 'gone/model' } })).toEqual([
      'tiers.SIMPLE.primary',
    ]);
    expect(problemsOf({ scope: 'tier', name: 'HUGE', value: { primary: 'local/small' } })).toEqual(['tiers.HUGE']);
  });

  it.each([[undefined], ['text'], [[]], [7]])('refuses the value %j', (value) => {
    expect(problemsOf({ scope: 'policy.user', name: 'u', value })).toEqual(['security.policy.users.u']);
  });
});
