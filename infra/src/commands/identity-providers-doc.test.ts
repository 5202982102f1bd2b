// The page of recipes, judged: each block of docs/identity-providers.md loads, and each sample is accepted by it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '@secrouter/proto';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT, QUICK_START_CONFIG } from '../project.ts';
import { reportToken, type TokenReport } from './token-report.ts';

const page = readFileSync(join(PROJECT_ROOT, 'docs', 'identity-providers.md'), 'utf8');
const quickStart = readFileSync(QUICK_START_CONFIG, 'utf8');

interface Recipe {
  readonly name: string;
  readonly rules: Record<string, unknown>;
  readonly sample: { readonly header: object; readonly claims: Record<string, unknown> };
  readonly lines: readonly string[];
}

const recipes: readonly Recipe[] = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const blocks = [...section.matchAll(/```(json|text)\n([\s\S]*?)\n```/g)].map((match) => match[2] ?? '');
    const [rules = '', sample = '', lines = ''] = blocks;
    expect(blocks).toHaveLength(3);
    return {
      name: section.split('\n', 1)[0] ?? '',
      rules: JSON.parse(rules) as Recipe['rules'],
      sample: JSON.parse(sample) as Recipe['sample'],
      lines: lines.split('\n'),
    };
  });

function load(rules: object) {
  const file = JSON.parse(quickStart) as { security: { oidc: object } };
  file.security.oidc = rules;
  const parsed = parseConfig(JSON.stringify(file), { listenersOnLoopback: true });
  if (parsed.outcome === 'refused') throw new Error(JSON.stringify(parsed.problems));
  return parsed;
}

function judge(recipe: Recipe, changes: Readonly<Record<string, unknown>> = {}): TokenReport {
  const claims = { ...recipe.sample.claims, ...changes };
  const nowSeconds = Number(recipe.sample.claims.iat) + 60;
  return reportToken({ kind: 'claims', header: recipe.sample.header, claims }, load(recipe.rules).config, nowSeconds);
}

test('the page has a recipe for each provider that it promises', () => {
  expect(recipes.map(({ name }) => name)).toEqual([
    'Microsoft Entra ID',
    'Okta',
    'Keycloak',
    'Ping Identity',
    'Auth0',
    'Kubernetes service accounts',
    'GitHub Actions',
  ]);
});

describe.each(recipes)('$name', (recipe) => {
  test('the block loads without a warning about it', () => {
    const { warnings } = load(recipe.rules);

    expect(warnings.filter(({ path }) => path.startsWith('security.oidc'))).toEqual([]);
  });

  test('the sample is accepted, with the verdicts that the page shows', () => {
    const report = judge(recipe);
    const lines = report.verdicts.map(
      ({ rule, verdict, detail }) => `${rule.padEnd(16)}${verdict.padEnd(12)}${detail}`,
    );

    expect(report.outcome.outcome).toBe('accepted');
    for (const line of recipe.lines) expect(lines).toContain(line);
    expect(report.verdicts.filter(({ verdict }) => verdict !== 'holds')).toEqual([]);
  });

  test('the sample of another issuer, for another audience, expired or of another subject is not', () => {
    const { claims } = recipe.sample;
    const isMachine = Array.isArray(recipe.rules.serviceSubjects);

    expect(judge(recipe, { iss: `${String(claims.iss)}x` }).outcome).toMatchObject({ reason: 'unknown_issuer' });
    expect(judge(recipe, { aud: 'another' }).outcome).toMatchObject({ reason: 'audience' });
    expect(judge(recipe, { exp: Number(claims.iat) }).outcome).toMatchObject({ code: 'token_expired' });
    if (isMachine)
      expect(judge(recipe, { sub: `${String(claims.sub)}x` }).outcome).toMatchObject({ code: 'mfa_required' });
  });

  test('the sample without its second factor is not', () => {
    const { amrClaim = 'amr', acrClaim = 'acr', serviceSubjects } = recipe.rules;
    if (serviceSubjects !== undefined) return;

    const report = judge(recipe, { [String(amrClaim)]: ['pwd'], [String(acrClaim)]: '1' });

    expect(report.outcome).toMatchObject({ code: 'mfa_required' });
  });
});
