import { RequestRefused, type RouteNeeds } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import { type sampleConfig, sampleGrant, samplePolicy } from '../policy/policy-fixtures.ts';
import { chooseRoute } from './choose-route.ts';
import { decideTier } from './classify.ts';
import { sampleRequest } from './stage-fixtures.ts';

type Change = (config: ReturnType<typeof sampleConfig>) => void;

function route(members: Record<string, unknown>, change?: Change, needs: Partial<RouteNeeds> = {}, dataClass?: string) {
  const policy = samplePolicy(change);
  const grant = sampleGrant(policy, dataClass);
  const request = sampleRequest(members);
  const stated = { tools: request.toolCount > 0, images: request.imageCount > 0, inputTokens: 100 };
  const decision = decideTier(request, grant, policy);
  const chosen = chooseRoute(decision, request, { kind: 'chat', ...stated, ...needs }, grant, policy);
  return { ...chosen, ids: chosen.candidates.map(({ id }) => id), edits: decision.edits };
}

function refusal(...parameters: Parameters<typeof route>): string {
  try {
    route(...parameters);
  } catch (error) {
    if (error instanceof RequestRefused)
      return [error.code, error.details.reason ?? '', error.details.param ?? ''].join(' ').trim();
    throw error;
  }
  return 'routed';
}

const allow =
  (rule: object): Change =>
  (config) => {
    Object.assign(config.security.policy.default, rule);
  };
const egress =
  (rule: object): Change =>
  (config) => {
    Object.assign(config.security.egress.allowlist[0] as object, rule);
  };
const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });

describe('the tier', () => {
  test.each([
    [{ model: 'auto:complex' }, 'COMPLEX', 'model-id'],
    [{ model: 'auto', ...user('/max why?') }, 'REASONING', 'override'],
    [{ model: 'secrouter/auto', ...user('[complex] refactor') }, 'COMPLEX', 'override'],
    [{ ...user('hello') }, 'SIMPLE', 'classifier'],
    [{ model: 'local/large', ...user('/max why?') }, 'EXPLICIT', 'explicit'],
  ])('of %j is %s by %s', (members, tier, source) => {
    expect(route(members)).toMatchObject({ tier, source });
  });

  test('P62 a name that is nearly auto is not auto', () => {
    for (const model of ['AUTO', ' auto', 'auto ', 'auto:SIMPLE', 'аuto', 'local/none'])
      expect(refusal({ model })).toMatch(/^model_not_found/);
  });

  test('an override is text where the policy says so, and on any message but the last user one', () => {
    const off = allow({ inlineOverrides: false });
    const earlier = {
      messages: [
        { role: 'user', content: '/max a' },
        { role: 'user', content: 'hello' },
      ],
    };

    expect(route(user('/max why?'), off)).toMatchObject({ source: 'classifier', edits: [] });
    expect(route(earlier)).toMatchObject({ source: 'classifier', edits: [] });
  });

  test('P64 a prefix with nothing after it is refused', () => {
    expect(refusal(user('/max  '))).toMatch(/^empty_override/);
    expect(refusal(user([{ type: 'text', text: '[deep]' }]))).toMatch(/^empty_override/);
  });

  test('P65 above the policy is refused or downgraded as the policy says, with an override as without', () => {
    const simple = { allowedTiers: ['SIMPLE', 'MEDIUM'] };

    expect(refusal({ model: 'auto:reasoning' }, allow(simple))).toBe('tier_not_allowed tier:REASONING');
    expect(refusal(user('/max why?'), allow(simple))).toBe('tier_not_allowed tier:REASONING');
    expect(route(user('/max why?'), allow({ ...simple, onViolation: 'downgrade' }))).toMatchObject({
      tier: 'MEDIUM',
      downgradedFrom: 'REASONING',
    });
  });
});

describe('the candidates', () => {
  test('are the primary and its fallbacks, without those that the policy denies', () => {
    expect(route({ model: 'auto:simple' }).ids).toEqual(['local/small', 'local/large']);
    expect(route({ model: 'auto:simple' }, allow({ deniedModels: ['local/small'] })).ids).toEqual(['local/large']);
    expect(refusal({ model: 'auto:simple' }, allow({ allowedModels: ['local/thinker'] }))).toBe(
      'model_not_allowed model model',
    );
  });

  test('must be able to do what is asked, where we choose', () => {
    const image = user([{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }]);
    const tools = { tools: [{ type: 'function', function: { name: 'f' } }] };

    expect(route({ model: 'auto:simple', ...image }).ids).toEqual(['local/large']);
    expect(route({ model: 'auto:reasoning', ...tools }).ids).toEqual(['local/large']);
    expect(route({ model: 'auto:simple' }, undefined, { inputTokens: 50_000 }).ids).toEqual(['local/large']);
    expect(refusal({ model: 'auto:medium' }, undefined, { inputTokens: 50_000 })).toMatch(/^context_length_exceeded/);
    expect(route({ model: 'local/small', ...image }).ids).toEqual(['local/small']);
  });

  test('know every parameter that was stated, where we choose', () => {
    const change: Change = (config) => {
      Object.assign(config.models[0] as object, { parameters: { unsupported: ['logprobs'] } });
    };

    expect(route({ model: 'auto:simple', logprobs: true }, change).ids).toEqual(['local/large']);
    expect(route({ model: 'auto:simple', logprobs: null }, change).ids).toEqual(['local/small', 'local/large']);
    expect(refusal({ model: 'auto:medium', logprobs: true }, change)).toBe(
      'invalid_request unsupported:logprobs logprobs',
    );
  });

  test('of another kind are none', () => {
    expect(refusal({ model: 'local/embed' })).toBe('invalid_request kind model');
  });
});

describe('a price', () => {
  const budget = { budgets: [{ window: 'day', maxCostUsd: 5 }] };

  test('is needed where a budget counts dollars', () => {
    expect(route({ model: 'local/unpriced' }).ids).toEqual(['local/unpriced']);
    expect(refusal({ model: 'local/unpriced' }, allow(budget))).toBe('model_not_priced model model');
  });

  test('of a service tier is the one that holds, and without one it is none', () => {
    const priced: Change = (config) => {
      allow(budget)(config);
      Object.assign(config.models[0] as object, { serviceTiers: { priority: { inputPrice: 3, outputPrice: 6 } } });
    };

    const chosen = route({ model: 'local/small', service_tier: 'priority' }, priced);

    expect(chosen.candidates[0].price).toMatchObject({ inputPicoUsd: 3_000_000, outputPicoUsd: 6_000_000 });
    expect(refusal({ model: 'local/small', service_tier: 'flex' }, priced)).toBe('model_not_priced model service_tier');
    expect(refusal({ model: 'local/small', service_tier: '__proto__' }, priced)).toMatch(/^model_not_priced/);
    expect(route({ model: 'local/small', service_tier: 'default' }, priced).candidates[0].price?.inputPicoUsd).toBe(
      1e6,
    );
  });
});

describe('egress', () => {
  const remote = { model: 'local/large', ...user([{ type: 'image_url', image_url: { url: 'https://x.test/a' } }]) };
  const hosted = { model: 'local/large', tools: [{ type: 'web_search' }] };

  test.each([
    ['a class above the clearance', {}, undefined, 'secret', 'classification_not_cleared clearance'],
    [
      'a class that the provider may not see',
      {},
      egress({ authorizedClassifications: ['public'] }),
      undefined,
      'classification_not_cleared egress_classification',
    ],
    ['a hosted tool', hosted, undefined, undefined, 'tool_not_allowed hosted_tools tools[0]'],
    [
      'a hosted tool by the rule alone',
      hosted,
      egress({ hostedTools: true }),
      undefined,
      'tool_not_allowed hosted_tools tools[0]',
    ],
    [
      'a hosted tool by the policy alone',
      hosted,
      allow({ hostedTools: true }),
      undefined,
      'tool_not_allowed hosted_tools tools[0]',
    ],
    [
      'remote content',
      remote,
      undefined,
      undefined,
      'egress_denied remote_content messages[0].content[0].image_url.url',
    ],
  ] as const)('refuses %s', (_name, members, change, dataClass, expected) => {
    expect(refusal({ model: 'local/large', ...members }, change, {}, dataClass)).toBe(expected);
  });

  test('lets through what rule and policy both allow', () => {
    const both: Change = (config) => {
      allow({ hostedTools: true, remoteContent: true })(config);
      egress({ hostedTools: true, remoteContent: true })(config);
    };

    expect(route(hosted, both).ids).toEqual(['local/large']);
    expect(route(remote, both).ids).toEqual(['local/large']);
  });
});
