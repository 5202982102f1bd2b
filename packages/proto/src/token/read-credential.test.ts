// One credential, in one place, in one form.
import { expect, test } from 'vitest';
import { type CredentialSources, readCredential } from './read-credential.ts';

function read(sources: Partial<CredentialSources>): string {
  const credential = readCredential({ authorization: [], xApiKey: [], apiKey: [], hasQueryToken: false, ...sources });
  return credential.outcome === 'token' ? `token ${credential.token}` : credential.outcome;
}

test.each<[string, Partial<CredentialSources>, string]>([
  ['T107 Bearer', { authorization: ['Bearer a.b.c'] }, 'token a.b.c'],
  ['T107 bearer', { authorization: ['bearer a.b.c'] }, 'token a.b.c'],
  ['T107 BEARER', { authorization: ['BEARER a.b.c'] }, 'token a.b.c'],
  ['T108 double space', { authorization: ['Bearer  a.b.c'] }, 'malformed'],
  ['T108 tab', { authorization: ['Bearer\ta.b.c'] }, 'malformed'],
  ['T108 trailing blank', { authorization: ['Bearer a.b.c '] }, 'malformed'],
  ['T108 trailing word', { authorization: ['Bearer a.b.c d'] }, 'malformed'],
  ['T108 no token', { authorization: ['Bearer'] }, 'malformed'],
  ['T108 blank token', { authorization: ['Bearer '] }, 'malformed'],
  ['T108 line end', { authorization: ['Bearer a.b.c\n'] }, 'malformed'],
  ['T108 two schemes in one header', { authorization: ['Bearer a, Bearer b'] }, 'malformed'],
  ['T109 two headers', { authorization: ['Bearer a', 'Bearer b'] }, 'malformed'],
  ['T109 two equal headers', { authorization: ['Bearer a', 'Bearer a'] }, 'malformed'],
  ['T110 no credential', {}, 'missing'],
  ['T110 other scheme', { authorization: ['Basic dTpw'] }, 'missing'],
  ['T110 Bearerx', { authorization: ['Bearerx a'] }, 'missing'],
  ['T110 empty header', { authorization: [''] }, 'missing'],
  ['T111 query alone', { hasQueryToken: true }, 'missing'],
  ['T111 query beside a header', { authorization: ['Bearer a'], hasQueryToken: true }, 'malformed'],
  ['x-api-key alone', { xApiKey: ['a.b.c'] }, 'token a.b.c'],
  ['api-key alone', { apiKey: ['a.b.c'] }, 'token a.b.c'],
  ['x-api-key that agrees', { authorization: ['Bearer a'], xApiKey: ['a'] }, 'token a'],
  ['x-api-key that differs', { authorization: ['Bearer a'], xApiKey: ['b'] }, 'malformed'],
  ['api-key and x-api-key that differ', { apiKey: ['a'], xApiKey: ['b'] }, 'malformed'],
  ['two x-api-key', { xApiKey: ['a', 'a'] }, 'malformed'],
  ['an empty x-api-key beside a header', { authorization: ['Bearer a'], xApiKey: [''] }, 'token a'],
  ['an empty x-api-key alone', { xApiKey: [''] }, 'missing'],
])('%s', (_name, sources, expected) => {
  expect(read(sources)).toBe(expected);
});
