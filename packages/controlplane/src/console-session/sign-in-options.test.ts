import { type IssuerRules, issuerDefaults } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { returnUrl, signInProviders } from './sign-in-options.ts';

const AUTH_URL = 'https://gateway.example.test/admin/api/auth';
const HOME = 'https://gateway.example.test/admin';

describe('returnUrl', () => {
  it.each([
    ['/admin/audit?search=a', `${HOME}/audit?search=a`],
    [`${HOME}/people`, `${HOME}/people`],
    ['https://gateway.example.test/', HOME],
    ['https://gateway.example.test', HOME],
    ['/administrators', HOME],
    ['/v1/usage', HOME],
    ['/admin/../v1', HOME],
    ['/admin/api/auth/signin', HOME],
    ['https://evil.example.test/admin', HOME],
    ['//evil.example.test/admin', HOME],
    ['http://gateway.example.test/admin', HOME],
    ['javascript:alert(1)', HOME],
    ['http://[', HOME],
  ])('sends %s to %s', (url, target) => {
    expect(returnUrl(url, AUTH_URL)).toBe(target);
  });
});

describe('signInProviders', () => {
  const issuer = (name: string, clientId?: string, alias?: string): IssuerRules => ({
    ...issuerDefaults,
    issuer: name,
    audiences: ['secrouter'],
    ...(clientId === undefined ? {} : { clientId }),
    ...(alias === undefined ? {} : { alias }),
  });

  it('offers the issuers that have a client for the console, the first under its registered call-back', () => {
    const providers = signInProviders([
      issuer('https://a', 'x'),
      issuer('https://b'),
      issuer('https://c', 'y', 'partner'),
    ]);

    expect(providers.map(({ id, rules }) => [id, rules.issuer])).toEqual([
      ['oidc', 'https://a'],
      ['oidc-partner', 'https://c'],
    ]);
  });
});
