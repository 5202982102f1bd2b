import type { ClassifierRequest } from '@secrouter/classifier';
import { parseConfig } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import type { PublishedPolicy } from '../../policy/published-policy.ts';
import { RoutingRules } from '../../policy/routing-rules.ts';
import { explainRouting } from './explain-routing.ts';

const models = ['local/small', 'local/large', 'local/agent'];
const everyTier = (id: string) =>
  Object.fromEntries(['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'].map((tier) => [tier, { primary: id, fallback: [] }]));

const published = (rule: object = {}): PublishedPolicy => {
  const config = {
    providers: { local: { baseUrl: 'http://127.0.0.1:9000/v1' } },
    models: models.map((id) => ({ id, inputPrice: 1, outputPrice: 1 })),
    tiers: { ...everyTier('local/large'), SIMPLE: { primary: 'local/small', fallback: [] } },
    agenticTiers: everyTier('local/agent'),
    security: {
      oidc: { issuer: 'https://login.example.com', audience: 'secrouter' },
      classification: { default: 'internal', levels: ['internal'] },
      egress: {
        allowlist: [{ provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['internal'] }],
      },
      policy: {
        default: { allowedTiers: ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'], allowedModels: models, ...rule },
        groups: { admins: { admin: true } },
      },
    },
  };
  const parsed = parseConfig(JSON.stringify(config), { listenersOnLoopback: true });
  if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.problems));
  const revoked = { principal: new Set<string>(), token: new Set<string>(), client: new Set<string>() };
  const routing = new RoutingRules(parsed.config);
  return { epoch: 1, revision: 1, config: parsed.config, createdAt: '', revoked, policyNamesGroups: true, routing };
};

const explain = (request: ClassifierRequest, rule?: object) =>
  explainRouting(published(rule), { request, principal: 'u', groups: [], service: false });
const ask = (text: string): ClassifierRequest => ({ messages: [{ role: 'user', text }] });

const WORK = 'Clone the repository, run the tests, commit and open a pull request.';

describe('what a pod would do', () => {
  test('work on a repository goes to the models for agents', () => {
    expect(explain(ask(WORK))).toMatchObject({ classified: { agentic: true }, model: 'local/agent' });
  });

  test('with an override only tools on offer go there', () => {
    expect(explain(ask(`/simple ${WORK}`)).model).toBe('local/small');
    expect(explain({ ...ask('/simple hello'), toolCount: 1 }).model).toBe('local/agent');
  });

  test('the score is that of the text without the override', () => {
    const text = '/max hello';
    const { score, contributions } = explain(ask(text)).classified;

    expect(score).toBe(explain(ask('hello')).classified.score);
    const greeting = contributions.find(({ dimension }) => dimension === 'greeting');
    expect(greeting?.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['hello']);
    expect(explain(ask('/max hello'), { inlineOverrides: false }).classified.score).not.toBe(
      explain(ask('hello')).classified.score,
    );
  });

  test('an override with nothing behind it is refused', () => {
    expect(explain(ask('/max '))).toMatchObject({
      override: { alias: 'max', applies: true },
      policy: { outcome: 'denied', tier: null, code: 'empty_override' },
      candidates: [],
      model: null,
    });
    expect(explain(ask('/max '), { inlineOverrides: false }).policy.outcome).toBe('allowed');
  });
});
