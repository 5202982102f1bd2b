// Challenges are read by client libraries: their form is RFC 6750's and RFC 9470's, to the letter.
import { expect, test } from 'vitest';
import { bearerChallenge } from './challenge.ts';

test('a request without a credential gets no error', () => {
  expect(bearerChallenge('missing_token')).toBe('Bearer realm="secrouter"');
});

test.each([
  ['invalid_token', 'invalid_token'],
  ['token_expired', 'invalid_token'],
  ['invalid_request', 'invalid_request'],
  ['mfa_required', 'insufficient_user_authentication'],
  ['acr_insufficient', 'insufficient_user_authentication'],
  ['auth_too_old', 'insufficient_user_authentication'],
  ['insufficient_scope', 'insufficient_scope'],
  ['groups_overage', 'insufficient_scope'],
] as const)('%s is the error %s with a description', (code, error) => {
  const pattern = new RegExp(`^Bearer realm="secrouter", error="${error}", error_description="[A-Za-z :]+"$`);

  expect(bearerChallenge(code)).toMatch(pattern);
});

test('T86 T97 step-up names the level, the age and the scope to obtain', () => {
  expect(bearerChallenge('mfa_required', { acrValues: ['c1', 'c2'] })).toContain(', acr_values="c1 c2"');
  expect(bearerChallenge('auth_too_old', { maxAgeSeconds: 600 })).toContain(', max_age=600');
  expect(bearerChallenge('insufficient_scope', { scopes: ['ai', 'chat'] })).toContain(', scope="ai chat"');
  expect(bearerChallenge('mfa_required', { acrValues: [] })).not.toContain('acr_values');
});

test('nothing can break out of a quoted value', () => {
  expect(bearerChallenge('acr_insufficient', { acrValues: ['a"\\\r\nX: y', 'é'] })).toMatch(/acr_values="aX: y "$/);
});
