// Which published keys may verify anything at all.
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keySetDocument, maxKeysPerSet, readKeySet, selectKey } from './key-set.ts';
import { testKey } from './token-fixtures.ts';

const rsa = testKey('RS256', 'k1');
const ec = testKey('ES256', 'k2');

function dropReason(jwk: unknown): string {
  const keySet = readKeySet({ keys: [jwk] });
  if (keySet === undefined) throw new Error('not a key set');
  return keySet.dropped[0]?.reason ?? 'kept';
}

function rsaJwk(modulusLength: number, publicExponent = 65_537): object {
  return generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
}

/** A modulus of the form that CVE-2017-15361 left behind: a power of 65537 modulo the product of the first primes. */
function guessableRsaJwk(): object {
  const isPrime = (n: number) => Array.from({ length: n - 2 }, (_, index) => index + 2).every((d) => n % d !== 0);
  const primes = Array.from({ length: 700 }, (_, index) => index + 2).filter(isPrime);
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n);
  let residue = 1n;
  for (let power = 0; power < 1_234; power += 1) residue = (residue * 65_537n) % product;
  const modulus = ((2n ** 2_047n + 2n ** 2_046n) / product) * product + residue;
  return { ...rsa.jwk, n: Buffer.from(modulus.toString(16), 'hex').toString('base64url') };
}

describe('the filter', () => {
  test.each<[string, unknown, string]>([
    ['a signing key', rsa.jwk, 'kept'],
    ['an Ed25519 key', testKey('EdDSA', 'e').jwk, 'kept'],
    ['a P-521 key', testKey('ES512', 'e').jwk, 'kept'],
    ['T29 use enc', { ...rsa.jwk, use: 'enc' }, 'not_for_signatures'],
    ['T30 key_ops encrypt', { ...rsa.jwk, key_ops: ['encrypt'] }, 'not_for_signatures'],
    ['T30 key_ops string', { ...rsa.jwk, key_ops: 'verify' }, 'not_for_signatures'],
    ['key_ops verify', { ...rsa.jwk, key_ops: ['verify'] }, 'kept'],
    ['T31 RSA-1024', rsaJwk(1_024), 'weak_rsa'],
    ['T32 e = 3', rsaJwk(2_048, 3), 'weak_rsa'],
    ['T32 e = 1', { ...rsa.jwk, e: 'AQ' }, 'weak_rsa'],
    ['T32 e even', { ...rsa.jwk, e: 'AQAC' }, 'weak_rsa'],
    ['T32 e huge', { ...rsa.jwk, e: Buffer.alloc(64, 0xff).toString('base64url') }, 'weak_rsa'],
    ['T121 a modulus that one library made guessable', guessableRsaJwk(), 'weak_rsa'],
    ['T33 oct', { kty: 'oct', k: 'c2VjcmV0', kid: 'k1', alg: 'RS256' }, 'symmetric'],
    ['T34 private members', rsa.privateKey.export({ format: 'jwk' }), 'private_members'],
    ['T34 private EC key', ec.privateKey.export({ format: 'jwk' }), 'private_members'],
    ['alg of another type', { ...rsa.jwk, alg: 'ES256' }, 'unsupported_type'],
    ['alg HS256', { ...rsa.jwk, alg: 'HS256' }, 'unsupported_type'],
    ['alg RSA-OAEP', { ...rsa.jwk, alg: 'RSA-OAEP' }, 'unsupported_type'],
    ['P-256 with ES384', { ...ec.jwk, alg: 'ES384' }, 'unsupported_type'],
    [
      'secp256k1',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }),
      'unsupported_type',
    ],
    ['X25519', generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }), 'unsupported_type'],
    ['kty __proto__', { kty: '__proto__', crv: 'x' }, 'unsupported_type'],
    ['a point off the curve', { ...ec.jwk, y: ec.jwk.x }, 'malformed'],
    ['a missing modulus', { kty: 'RSA', e: 'AQAB' }, 'malformed'],
    ['a kid that is no string', { ...rsa.jwk, kid: 7 }, 'malformed'],
    ['crv that is an object without a prototype', { kty: 'EC', crv: Object.create(null) }, 'unsupported_type'],
    ['no object', 'key', 'malformed'],
    ['null', null, 'malformed'],
  ])('%s', (_name, jwk, expected) => {
    expect(dropReason(jwk)).toBe(expected);
  });

  test('T34 never keeps or shows a private member', () => {
    const keySet = readKeySet({
      keys: [rsa.privateKey.export({ format: 'jwk' }), { ...ec.jwk, x5c: ['MII'], extra: 1 }],
    });

    expect(keySet && JSON.stringify(keySetDocument(keySet))).not.toMatch(/"d"|x5c|extra/);
    expect(keySet?.keys).toHaveLength(1);
  });

  test('drops both of two different keys under one kid', () => {
    const keySet = readKeySet({ keys: [rsa.jwk, { ...testKey('RS256', 'k1').jwk }, ec.jwk] });

    expect(keySet?.keys.map((key) => key.kid)).toEqual(['k2']);
    expect(keySet?.dropped).toEqual([
      { kid: 'k1', reason: 'duplicate_kid' },
      { kid: 'k1', reason: 'duplicate_kid' },
    ]);
  });

  test('keeps one key published once per algorithm, and an exact repeat once', () => {
    const keySet = readKeySet({ keys: [rsa.jwk, { ...rsa.jwk, alg: 'PS256' }, rsa.jwk] });

    expect(keySet?.keys.map((key) => key.algorithms)).toEqual([['RS256'], ['PS256']]);
    expect(keySet && selectKey(keySet, { alg: 'PS256', kid: 'k1' }).outcome).toBe('selected');
    expect(keySet && selectKey(keySet, { alg: 'RS384', kid: 'k1' }).outcome).toBe('key_algorithm_mismatch');
  });

  test.each([null, [], 'keys', {}, { keys: {} }, { keys: Array.from({ length: maxKeysPerSet + 1 }, () => ({})) }])(
    'refuses a document that is no key set: %#',
    (document) => {
      expect(readKeySet(document)).toBeUndefined();
    },
  );

  test('keeps an empty set: the issuer withdrew all keys', () => {
    expect(readKeySet({ keys: [] })?.keys).toEqual([]);
  });

  test('survives any member of any type', () => {
    const names = ['kty', 'crv', 'n', 'e', 'x', 'y', 'kid', 'alg', 'use', 'key_ops', 'd'];
    const base = fc.constantFrom(rsa.jwk, ec.jwk, testKey('EdDSA', 'e').jwk);
    const changes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });

    fc.assert(
      fc.property(base, changes, (jwk, change) => {
        const document = { keys: [Object.assign(Object.create(null), jwk, change)] };
        const keySet = readKeySet(document);

        expect((keySet?.keys.length ?? 0) + (keySet?.dropped.length ?? 0)).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});
