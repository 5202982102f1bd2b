import { describe, expect, it } from 'vitest';
import { accepted, parseSmall, problemPaths } from './config-samples.ts';

const base = { issuer: 'https://login.example.com/', audience: 'secrouter' };
const withIssuers = (oidc: object) => parseSmall((config) => Object.assign(config.security, { oidc }));

describe('issuers', () => {
  it('take the defaults where the file is silent, and keep the issuer as it is written', () => {
    const [rules] = accepted(withIssuers(base)).config.security.oidc;

    expect(rules).toMatchObject({
      issuer: 'https://login.example.com/',
      audiences: ['secrouter'],
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      requireMfa: true,
      requiredAcr: [],
    });
    expect(rules).not.toHaveProperty('alias');
    expect(rules).not.toHaveProperty('actingUserHeader');
  });

  it.each(['none', 'HS256', 'None', 'ES256K', ''])('refuse the algorithm %j', (algorithm) => {
    expect(problemPaths(withIssuers({ ...base, algorithms: ['RS256', algorithm] }))).toEqual([
      'security.oidc.algorithms[1]',
    ]);
  });

  it('read scopes as one string or as a list, and levels as one or an ordered list', () => {
    const rules = (more: object) => accepted(withIssuers({ ...base, ...more })).config.security.oidc[0];

    expect(rules({ scopes: 'openid email' })?.scopes).toEqual(['openid', 'email']);
    expect(rules({ scopes: ['openid'], requiredScope: 'a' })).toMatchObject({
      scopes: ['openid'],
      requiredScopes: ['a'],
    });
    expect(rules({ requiredAcr: 'gold' })?.requiredAcr).toEqual(['gold']);
    expect(rules({ requiredAcr: ['silver', 'gold'] })?.requiredAcr).toEqual(['silver', 'gold']);
    expect(rules({ tokenTypes: ['JWT', ''] })?.tokenTypes).toEqual(['JWT', '']);
  });

  it('need an alias of their own from the second on', () => {
    const second = { ...base, issuer: 'https://two.example' };
    const third = { ...base, issuer: 'https://three.example', alias: 'b' };

    expect(problemPaths(withIssuers([base, second]))).toEqual(['security.oidc[1].alias']);
    expect(problemPaths(withIssuers([base, { ...second, alias: 'b' }, third]))).toEqual(['security.oidc[2].alias']);
    expect(problemPaths(withIssuers([base, { ...base, alias: 'b' }]))).toEqual(['security.oidc[1].issuer']);
    expect(problemPaths(withIssuers([base, { ...second, alias: 'b#c' }]))).toContain('security.oidc[1].alias');
    expect(problemPaths(withIssuers([]))).toEqual(['security.oidc']);
  });

  it('name the acting headers once somebody may act, and warn of a missing ceiling', () => {
    const parsed = accepted(withIssuers({ ...base, delegatingSubjects: ['svc'] }));

    expect(parsed.config.security.oidc[0]).toMatchObject({
      actingUserHeader: 'x-sec-acting-user',
      actingGroupsHeader: 'x-sec-acting-groups',
    });
    expect(parsed.warnings.map((warning) => warning.path)).toContain('security.oidc.delegatedGroups');
  });

  it('warn of keys that would be fetched without TLS', () => {
    const warnings = (jwksUri: string) =>
      accepted(withIssuers({ ...base, jwksUri })).warnings.map((warning) => warning.path);

    expect(warnings('http://idp:8080/jwks')).toContain('security.oidc.jwksUri');
    expect(warnings('http://127.0.0.1:8080/jwks')).not.toContain('security.oidc.jwksUri');
  });

  it.each([
    [{ clockToleranceSec: 301 }, 'clockToleranceSec'],
    [{ requireMfa: 'true' }, 'requireMfa'],
    [{ serviceSubjects: 'svc' }, 'serviceSubjects'],
    [{ actingUserHeader: 'bad header' }, 'actingUserHeader'],
    [{ clientSecretEnv: 'a-secret-value' }, 'clientSecretEnv'],
  ])('refuse %j', (more, field) => {
    expect(problemPaths(withIssuers({ ...base, ...more }))).toEqual([`security.oidc.${field}`]);
  });
});
