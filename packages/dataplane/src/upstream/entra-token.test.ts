import { describe, expect, test } from 'vitest';
import { readTokenAnswer, refreshAfterMs, tokenBackoffMs, tokenForm } from './entra-token.ts';

const ENTRA = {
  tenantId: 'contoso.onmicrosoft.com',
  clientId: 'client-1',
  clientSecretEnv: 'SECRET',
  authority: 'https://login.microsoftonline.us',
  scope: 'https://cognitiveservices.azure.us/.default',
};
const SOUND = { token_type: 'Bearer', access_token: 'header.claims.signature', expires_in: 3599 };
const read = (answer: unknown, status = 200) =>
  readTokenAnswer(status, Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)));

test('asks the sovereign authority for its tenant, the secret escaped into the form', () => {
  const { url, form } = tokenForm(ENTRA, 'a&b=c+d %é');

  expect(url).toBe('https://login.microsoftonline.us/contoso.onmicrosoft.com/oauth2/v2.0/token');
  expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'client-1',
    client_secret: 'a&b=c+d %é',
    scope: 'https://cognitiveservices.azure.us/.default',
  });
});

describe('an answer with a token', () => {
  test.each([
    ['as RFC 6749 has it', SOUND, 3_599_000],
    ['with more members', { ...SOUND, ext_expires_in: 3599, refresh_in: 1800 }, 3_599_000],
    ['of the first version, digits in a string', { ...SOUND, expires_in: '3599', not_before: '1' }, 3_599_000],
    ['with the type in another case', { ...SOUND, token_type: 'bearer' }, 3_599_000],
    ['for longer than a day', { ...SOUND, expires_in: 9e15 }, 86_400_000],
    ['for a moment', { ...SOUND, expires_in: 0.5 }, 500],
  ])('%s', (_name, answer, lifetimeMs) => {
    expect(read(answer)).toEqual({ outcome: 'read', token: SOUND.access_token, lifetimeMs });
  });
});

describe('an answer without a usable token', () => {
  test.each([
    ['another type', { ...SOUND, token_type: 'mac' }],
    ['no type', { ...SOUND, token_type: undefined }],
    ['no token', { ...SOUND, access_token: undefined }],
    ['an empty token', { ...SOUND, access_token: '' }],
    ['a token that ends its header', { ...SOUND, access_token: 'abc\r\nx-injected: 1' }],
    ['a token with a blank', { ...SOUND, access_token: 'abc def' }],
    ['a token beyond Latin', { ...SOUND, access_token: 'abcé' }],
    ['a token that no server would take', { ...SOUND, access_token: 'a'.repeat(16_385) }],
    ['a token that is no string', { ...SOUND, access_token: ['abc'] }],
    ['no lifetime', { ...SOUND, expires_in: undefined }],
    ['a lifetime of nothing', { ...SOUND, expires_in: 0 }],
    ['a lifetime that is over', { ...SOUND, expires_in: -5 }],
    ['a lifetime in words', { ...SOUND, expires_in: '1h' }],
    ['a lifetime of true', { ...SOUND, expires_in: true }],
  ])('%s', (_name, answer) => {
    expect(read(answer)).toEqual({ outcome: 'failed', failure: 'not_a_token' });
  });

  test.each([
    ['HTML', '<html>sign in</html>', 200, 'not_json'],
    ['nothing', '', 200, 'not_json'],
    ['a list', [SOUND], 200, 'not_json'],
    ['a token twice', '{"access_token":"a","access_token":"b","token_type":"Bearer","expires_in":60}', 200, 'not_json'],
    ['depth', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`, 200, 'not_json'],
    ['a redirect', SOUND, 302, 'redirect'],
    ['a token under another status', SOUND, 201, 'bad_status'],
    ['an error of ours', { error: 'invalid_client', error_description: 'AADSTS7000215' }, 401, 'invalid_client'],
    ['an error that nobody listed', { error: 'secret-value' }, 400, 'bad_status'],
    ['trouble of its own', 'Service Unavailable', 503, 'bad_status'],
    ['too much', 'x'.repeat(65_537), 200, 'too_large'],
  ])('%s', (_name, answer, status, failure) => {
    expect(read(answer, status)).toEqual({ outcome: 'failed', failure });
  });
});

test('a token is replaced five minutes before its end, or at half of a short life', () => {
  expect([3_600_000, 600_000, 480_000, 60_000].map(refreshAfterMs)).toEqual([3_300_000, 300_000, 240_000, 30_000]);
});

test('an authority that fails is left alone for one second, then longer, a minute at most', () => {
  expect([1, 2, 3, 6, 7, 50].map(tokenBackoffMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});
