import { parseConfig } from '@secrouter/proto';
import { expect, test } from 'vitest';
import { RoutingRules } from './routing-rules.ts';

function configWith(classifier: object) {
  const route = { primary: 'local/small', fallback: [] };
  const config = {
    providers: { local: { baseUrl: 'http://127.0.0.1:9000/v1' } },
    models: [{ id: 'local/small', inputPrice: 1, outputPrice: 1 }],
    tiers: { SIMPLE: route, MEDIUM: route, COMPLEX: route, REASONING: route },
    classifier,
    security: {
      oidc: { issuer: 'https://login.example.com', audience: 'secrouter' },
      classification: { default: 'internal', levels: ['internal'] },
      egress: {
        allowlist: [{ provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['internal'] }],
      },
      policy: {},
    },
  };
  const parsed = parseConfig(JSON.stringify(config), { listenersOnLoopback: true });
  if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

test('are compiled once', () => {
  const rules = new RoutingRules(configWith({}));

  expect(rules.compiled()).toBe(rules.compiled());
});

test('of the next revision use the lexicons that were compiled before, across a revision nobody asked about', () => {
  const first = new RoutingRules(configWith({}));
  const { terms } = first.compiled().classifier;

  const next = new RoutingRules(configWith({ costAsymmetry: 3 }), new RoutingRules(configWith({}), first));

  expect(next.compiled().classifier.terms).toBe(terms);
  expect(next.compiled().classifier.parameters.costAsymmetry).toBe(3);
});
