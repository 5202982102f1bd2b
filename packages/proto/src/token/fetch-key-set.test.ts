// Where keys may come from at all.
import { expect, test } from 'vitest';
import { isSecureKeyUrl } from './fetch-key-set.ts';

test.each<[string, boolean]>([
  ['https://idp.example.test/keys', true],
  ['http://127.0.0.1:18801/keys', true],
  ['http://localhost:1/keys', true],
  ['http://[::1]/keys', true],
  ['http://2130706433/keys', true],
  ['http://idp.example.test/keys', false],
  ['http://127.0.0.1.evil.example/keys', false],
  ['http://localhost.evil.example/keys', false],
  ['https://user:secret@idp.example.test/keys', false],
  ['ftp://127.0.0.1/keys', false],
  ['keys', false],
])('isSecureKeyUrl(%s) is %s', (url, expected) => {
  expect(isSecureKeyUrl(url)).toBe(expected);
});
