import { describe, expect, it } from 'vitest';
import { accepted, parseSmall, problemPaths } from './config-samples.ts';

const withDefault = (rule: object) =>
  parseSmall((config) => {
    config.security.policy.default = rule as Record<string, unknown>;
  });
const advicePaths = (result: ReturnType<typeof parseSmall>) =>
  accepted(result)
    .warnings.filter((warning) => warning.kind === 'advice')
    .map((warning) => warning.path);

describe('budgets', () => {
  const withBudget = (budget: object) => withDefault({ allowedTiers: ['SIMPLE'], budgets: [budget] });

  it('reads dollars exactly into nano-dollars, and takes nothing for a limit', () => {
    const budgets = [
      { window: 'day', maxCostUsd: 0.1 },
      { window: 'hour', maxCostUsd: '0.000000001', maxRequests: 0 },
      {
        window: 'year',
        calendar: 'Europe/Zurich',
        maxCostUsd: 9_000_000,
        scope: 'organization',
        warnAt: [50, 90],
        mode: 'estimate',
      },
    ];

    expect(accepted(withDefault({ budgets })).config.security.policy.default?.budgets).toEqual([
      { window: 'day', scope: 'user', limits: { costNanoUsd: 100_000_000 }, warnAtPercent: [], mode: 'strict' },
      { window: 'hour', scope: 'user', limits: { costNanoUsd: 1, requests: 0 }, warnAtPercent: [], mode: 'strict' },
      {
        window: 'year',
        calendar: 'Europe/Zurich',
        scope: 'organization',
        limits: { costNanoUsd: 9_000_000_000_000_000 },
        warnAtPercent: [50, 90],
        mode: 'estimate',
      },
    ]);
  });

  it.each([
    [{ window: 'day', maxCostUsd: 9_000_000.01 }, 'maxCostUsd'],
    [{ window: 'day', maxCostUsd: '0.0000000001' }, 'maxCostUsd'],
    [{ window: 'day', maxCostUsd: -1 }, 'maxCostUsd'],
    [{ window: 'day', maxRequests: 1.5 }, 'maxRequests'],
    [{ window: 'day', maxRequests: '5' }, 'maxRequests'],
    [{ window: 'week', maxRequests: 5 }, 'window'],
    [{ window: 'quarter', maxRequests: 5 }, 'calendar'],
    [{ window: 'hour', calendar: 'UTC', maxRequests: 5 }, 'calendar'],
    [{ window: 'day', calendar: 'Mars/Olympus', maxRequests: 5 }, 'calendar'],
    [{ window: 'day', maxRequests: 5, warnAt: [0] }, 'warnAt[0]'],
    [{ window: 'day', maxRequests: 5, models: [] }, 'models'],
  ])('refuses %j', (budget, field) => {
    expect(problemPaths(withBudget(budget))).toEqual([`security.policy.default.budgets[0].${field}`]);
  });

  it('refuses a budget that limits nothing', () => {
    expect(problemPaths(withBudget({ window: 'day' }))).toEqual(['security.policy.default.budgets[0]']);
  });

  it('warns of models that callers with a cost budget may not use', () => {
    const result = parseSmall((config) => {
      config.models = [];
      config.security.policy.default = { allowedTiers: ['SIMPLE'], budgets: [{ window: 'day', maxCostUsd: 1 }] };
    });

    expect(accepted(result).warnings).toContainEqual({
      path: 'models',
      kind: 'advice',
      message: 'no price for local/large, local/small: refused to callers with a cost budget (403 model_not_priced)',
    });
  });
});

describe('rules', () => {
  it('name models by id, alias or bare name, and keep the id', () => {
    const result = parseSmall((config) => {
      config.models = [{ id: 'local/small', aliases: ['quick'] }, { id: 'local/large' }];
      config.security.policy.default = {
        allowedModels: ['quick', 'local/small'],
        deniedModels: ['large'],
        budgets: [{ window: 'day', maxRequests: 1, models: ['quick'] }],
      };
    });

    expect(accepted(result).config.security.policy.default).toMatchObject({
      allowedModels: ['local/small'],
      deniedModels: ['local/large'],
      budgets: [{ models: ['local/small'] }],
    });
  });

  it('refuse a name that means several models and warn of one that means none', () => {
    const result = parseSmall((config) => {
      config.providers.other = { baseUrl: 'https://other.example/v1' };
      config.models = [{ id: 'local/small' }, { id: 'other/small' }];
      config.security.policy.default = { allowedTiers: ['SIMPLE'], deniedModels: ['small'] };
    });

    expect(problemPaths(result)).toEqual(['security.policy.default.deniedModels[0]']);
    expect(advicePaths(withDefault({ allowedTiers: ['SIMPLE'], deniedModels: ['nothing'] }))).toEqual([
      'security.policy.default.deniedModels[0]',
    ]);
  });

  it('are refused with a label that the ladder does not know', () => {
    const result = parseSmall((config) => {
      config.security.classification = { default: 'UNCLASSIFIED', levels: ['UNCLASSIFIED', 'SECRET'] };
      config.security.policy.users = { 'a@b.c': { maxClassification: 'SECRET', defaultClassification: 'TOP' } };
    });

    expect(problemPaths(result)).toEqual(['security.policy.users["a@b.c"].defaultClassification']);
  });

  it('are only warned about where the file has no ladder at all', () => {
    expect(advicePaths(withDefault({ allowedTiers: ['SIMPLE'], maxClassification: 'CUI' }))).toEqual([
      'security.policy.default.maxClassification',
    ]);
  });

  it('warn of a group list that has no effect', () => {
    const result = parseSmall((config) => {
      config.security.policy.groups.team = { allowedModels: ['local/small'] };
    });

    expect(advicePaths(result)).toEqual(['security.policy.groups.team.allowedModels']);
  });

  it('warn of a ceiling that cuts nothing', () => {
    const result = parseSmall((config) => {
      config.security.policy.groups.team = { maxTier: 'COMPLEX' };
      config.security.policy.users = { u: { maxTier: 'SIMPLE' } };
    });

    expect(advicePaths(result)).toEqual(['security.policy.groups.team.maxTier']);
  });

  it('warn when nobody is admin, nobody has a tier, or there is no rule', () => {
    const withPolicy = (policy: object) => parseSmall((config) => Object.assign(config.security, { policy }));

    expect(accepted(withPolicy({ default: {} })).warnings.map((warning) => warning.message)).toEqual([
      'no rule states allowedTiers: requests for "auto" are refused to everybody',
      'no rule grants admin: nobody can use the console',
    ]);
    expect(accepted(withPolicy({})).warnings.map((warning) => warning.message)).toContain(
      'has no rule: everybody is refused (403 not_authorized)',
    );
  });

  it('refuse contradicting admin fields and unknown roles', () => {
    expect(problemPaths(withDefault({ admin: false, roles: ['admin'] }))).toEqual(['security.policy.default.roles']);
    expect(problemPaths(withDefault({ roles: ['root'] }))).toEqual(['security.policy.default.roles[0]']);
  });
});
