// What an accepted token must prove further to administer.
import { expect, test } from 'vitest';
import { judgeAdminToken } from './judge-admin-token.ts';
import { testNowSeconds, testRules } from './token-fixtures.ts';

const identity = {
  audiences: ['secrouter', 'secrouter-admin'],
  scopes: ['chat', 'admin'],
  authTimeSeconds: testNowSeconds - 60,
};
const rules = testRules({ adminAudience: 'secrouter-admin', adminScope: 'admin', adminMaxAuthAgeSeconds: 300 });

test.each<[string, Parameters<typeof judgeAdminToken>[0], string | undefined]>([
  ['everything asked for', identity, undefined],
  ['another audience', { ...identity, audiences: ['secrouter'] }, 'admin_audience'],
  ['an audience that only begins alike', { ...identity, audiences: ['secrouter-admin2'] }, 'admin_audience'],
  ['no admin scope', { ...identity, scopes: ['chat'] }, 'admin_scope'],
  ['a scope of another case', { ...identity, scopes: ['ADMIN'] }, 'admin_scope'],
  ['a sign-in at the bound', { ...identity, authTimeSeconds: testNowSeconds - 330 }, undefined],
  ['a sign-in beyond the bound', { ...identity, authTimeSeconds: testNowSeconds - 331 }, 'admin_auth_age'],
  ['a sign-in in the future', { ...identity, authTimeSeconds: testNowSeconds + 31 }, 'admin_auth_age'],
  ['no sign-in time', { audiences: identity.audiences, scopes: identity.scopes }, 'admin_auth_age'],
])('judges a token with %s', (_name, token, reason) => {
  expect(judgeAdminToken(token, rules, testNowSeconds)?.reason).toBe(reason);
});

test('asks for nothing that the file does not ask for', () => {
  expect(judgeAdminToken({ audiences: [], scopes: [] }, testRules(), testNowSeconds)).toBeUndefined();
});

test('tells the client what to obtain, where that helps', () => {
  const { authTimeSeconds: _none, ...old } = identity;

  expect(judgeAdminToken({ ...identity, scopes: [] }, rules, testNowSeconds)).toEqual({
    code: 'insufficient_scope',
    reason: 'admin_scope',
    stepUp: { scopes: ['admin'] },
  });
  expect(judgeAdminToken(old, rules, testNowSeconds)).toMatchObject({
    code: 'auth_too_old',
    stepUp: { maxAgeSeconds: 300 },
  });
  expect(judgeAdminToken({ ...identity, audiences: [] }, rules, testNowSeconds)).not.toHaveProperty('stepUp');
});
