// Keys and tokens for tests: signed byte by byte, so that a test can write what no library would.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type IssuerNamespace, type IssuerRules, issuerDefaults, issuerNamespaces } from './issuer-rules.ts';
import { type KeySet, readKeySet } from './key-set.ts';
import type { KeySetView, KeySource } from './key-set-refresher.ts';

/** The moment at which every test token is judged. */
export const testNowSeconds = 1_800_000_000;
export const testIssuer = 'https://idp.example.test/realm';

/** A key pair with the JWK that its issuer publishes. */
export interface TestKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** Makes a key pair of the kind that an algorithm needs. */
export function testKey(
  alg: string,
  kid: string,
  extra: Readonly<Record<string, unknown>> = { alg, use: 'sig' },
): TestKey {
  const { privateKey, publicKey } = keyPair(alg);
  return { privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, ...extra } };
}

function keyPair(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  const namedCurve = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

/** The claims of the base token of the token table. */
export function baseClaims(): Record<string, unknown> {
  return {
    iss: testIssuer,
    aud: 'secrouter',
    sub: 'u-basic',
    client_id: 'cli',
    iat: testNowSeconds,
    exp: testNowSeconds + 300,
    jti: 'token-1',
    amr: ['mfa'],
  };
}

/** Base claims with changes; a change to undefined removes the claim. */
export function claimsWith(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries({ ...baseClaims(), ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A signed token of any header and claims. */
export function signedToken(key: TestKey, alg: string, header: object = {}, claims: object = baseClaims()): string {
  const fullHeader = { alg, typ: 'at+jwt', kid: key.jwk.kid, ...header };
  return signedText(key, alg, JSON.stringify(fullHeader), JSON.stringify(claims));
}

/** A signed token of any header text and payload bytes. */
export function signedText(key: TestKey, alg: string, header: string, payload: string | Uint8Array): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${base64url(signBytes(key.privateKey, alg, Buffer.from(input)))}`;
}

/** The base64url form of text or bytes. */
export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString('base64url');
}

function signBytes(key: KeyObject, alg: string, input: Uint8Array): Uint8Array {
  if (alg === 'EdDSA') return sign(null, input, key);
  const digest = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return sign(digest, input, { key, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS')) return sign(digest, input, { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
  return sign(digest, input, key);
}

/** The rules of the test issuer: MFA required, everything else at its default. */
export function testRules(changes: Partial<IssuerRules> = {}): IssuerRules {
  return { ...issuerDefaults, issuer: testIssuer, audiences: ['secrouter'], ...changes };
}

/** The namespace of a sole issuer. */
export function soleNamespace(rules: IssuerRules): IssuerNamespace {
  const [namespace] = issuerNamespaces([rules]);
  if (namespace === undefined) throw new Error('no namespace');
  return namespace;
}

/** A loaded key set of these keys. */
export function testKeySet(...keys: readonly TestKey[]): KeySet {
  const keySet = readKeySet({ keys: keys.map((key) => key.jwk) });
  if (keySet === undefined) throw new Error('not a key set');
  return keySet;
}

/** A key source that never changes and counts how often it was asked for more. */
export function fixedKeys(keySet: KeySet): KeySource & { readonly searches: string[] } {
  const view: KeySetView = { outcome: 'usable', keySet, isStale: false };
  const searches: string[] = [];
  return {
    searches,
    current: () => view,
    findKid: async (kid) => {
      searches.push(kid);
      return view;
    },
  };
}
