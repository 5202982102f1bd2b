// T01-T34: algorithms, signatures and keys.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { base64url, type IssuerKey, issuerKey, signBytes } from '../support/token-issuer.ts';
import type { TokenWorld } from '../support/token-world.ts';
import { accepted, invalid, type TokenRow } from './token-rows.ts';

/** Further keys of the base issuer, by kid. */
const es256 = issuerKey('ES256', 'ec-256');
const es384 = issuerKey('ES384', 'ec-384');
const ps256 = issuerKey('PS256', 'ps-256');
const edDsa = issuerKey('EdDSA', 'ed-1');
const secondRsa = issuerKey('RS256', 'rsa-2');
const forEncryption = issuerKey('ES256', 'enc', { use: 'enc' });
const forKeyWrap = issuerKey('ES256', 'ops', { key_ops: ['encrypt'] });
const leaked = issuerKey('ES256', 'leaked');
const weak = weakRsaKey();
const exponentOne = issuerKey('RS256', 'e-one', { e: base64url(Uint8Array.of(1)) });
const exponentEven = issuerKey('RS256', 'e-even', { e: base64url(Uint8Array.of(1, 0, 2)) });
const twinA = issuerKey('ES256', 'twin');
const twinB = issuerKey('ES256', 'twin');
const stranger = issuerKey('RS256', 'base-1');

/** What the base issuer publishes besides its own key, the bad ones among the good. */
export const publishedKeys: readonly unknown[] = [
  ...[es256, es384, ps256, edDsa, secondRsa, forEncryption, forKeyWrap].map(({ jwk }) => jwk),
  { ...leaked.privateKey.export({ format: 'jwk' }), kid: 'leaked', alg: 'ES256' },
  ...[weak, exponentOne, exponentEven, twinA, twinB].map(({ jwk }) => jwk),
  { kty: 'oct', k: base64url('a shared secret of thirty-two b.'), kid: 'oct', alg: 'HS256' },
  { kty: 'oct', k: base64url('a shared secret of thirty-two b.'), kid: 'oct-rs', alg: 'RS256' },
];

const signedWith =
  (key: IssuerKey, header: object = {}) =>
  (world: TokenWorld) =>
    world.base.token({ key, header: { ...header } });

/** A token whose signature a test makes from the signing input. */
const withSignature =
  (header: object, signature: (input: string, world: TokenWorld) => Uint8Array) => (world: TokenWorld) => {
    const [headerPart, payload] = world.base.token({ header: { ...header } }).split('.');
    const input = `${headerPart}.${payload}`;
    return `${input}.${base64url(signature(input, world))}`;
  };

const hmac = (secret: (world: TokenWorld) => string | Uint8Array) =>
  withSignature({ alg: 'HS256' }, (input, world) => createHmac('sha256', secret(world)).update(input).digest());

const rsaPublic = (world: TokenWorld) => world.base.key.publicKey;
const jwkOf = (world: TokenWorld) => world.base.key.jwk;

const algorithmRows: readonly TokenRow[] = [
  accepted('T01', 'valid RS256', (world) => world.base.token()),
  ...[es256, es384, ps256, edDsa].map((key) => accepted('T02', `valid ${key.alg}`, signedWith(key))),
  invalid('T06', 'HS256 with the RSA public key as PEM', 'unsupported_algorithm', (world) =>
    hmac((w) => rsaPublic(w).export({ type: 'spki', format: 'pem' }))(world),
  ),
  invalid('T06', 'HS256 with the RSA public key as PKCS#1 PEM', 'unsupported_algorithm', (world) =>
    hmac((w) => rsaPublic(w).export({ type: 'pkcs1', format: 'pem' }))(world),
  ),
  invalid(
    'T07',
    'HS256 with the JWK as text',
    'unsupported_algorithm',
    hmac((w) => JSON.stringify(jwkOf(w))),
  ),
  invalid('T07', 'HS256 with the modulus', 'unsupported_algorithm', (world) =>
    hmac((w) => Buffer.from(String(jwkOf(w).n), 'base64url'))(world),
  ),
  invalid(
    'T07',
    'HS256 with an empty key',
    'unsupported_algorithm',
    hmac(() => ''),
  ),
  invalid('T09', 'RS512 outside the allow-list', 'algorithm_not_allowed', (world) =>
    withSignature({ alg: 'RS512' }, (input) => sign('sha512', Buffer.from(input), world.base.key.privateKey))(world),
  ),
  invalid('T09', 'ES256 at an issuer of RS256 only', 'algorithm_not_allowed', (world) =>
    world.by.rs256.token({ key: es256 }),
  ),
  invalid('T10', 'PS256 on a key pinned to RS256', 'key_algorithm_mismatch', (world) =>
    withSignature({ alg: 'PS256' }, (input) => signBytes('PS256', world.base.key.privateKey, input))(world),
  ),
  invalid('T11', 'ES256 with the kid of an RSA key', 'key_algorithm_mismatch', signedWith(es256, { kid: 'base-1' })),
  invalid('T11', 'RS256 with the kid of an EC key', 'key_algorithm_mismatch', (world) =>
    world.base.token({ header: { kid: 'ec-256' } }),
  ),
];

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P256_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

function p1363(r: bigint, s: bigint): Uint8Array {
  return Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex');
}

/** Wycheproof's edge values of r and s. */
const edgeValues: readonly (readonly [name: string, value: bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['n-1', P256_ORDER - 1n],
  ['n', P256_ORDER],
  ['n+1', P256_ORDER + 1n],
  ['p', P256_PRIME],
  ['p+1', P256_PRIME + 1n],
  ['2^256-1', 2n ** 256n - 1n],
];

const es256Header = { alg: 'ES256', kid: 'ec-256' };
const edgeRows: readonly TokenRow[] = edgeValues.flatMap(([rName, r]) =>
  edgeValues.map(([sName, s]) =>
    invalid(
      r === 0n && s === 0n ? 'T12' : 'T13',
      `ES256 r=${rName}, s=${sName}`,
      'bad_signature',
      withSignature(es256Header, () => p1363(r, s)),
    ),
  ),
);

const es256Signature = (input: string) => Buffer.from(signBytes('ES256', es256.privateKey, input));
const rsSignature = (input: string, world: TokenWorld) =>
  Buffer.from(signBytes('RS256', world.base.key.privateKey, input));

const signatureRows: readonly TokenRow[] = [
  invalid(
    'T14',
    'ES256 as DER',
    'bad_signature',
    withSignature(es256Header, (input) => sign('sha256', Buffer.from(input), es256.privateKey)),
  ),
  invalid(
    'T15',
    'ES256 with a zero byte before r',
    'bad_signature',
    withSignature(es256Header, (input) => Buffer.concat([Uint8Array.of(0), es256Signature(input)])),
  ),
  invalid('T15', 'ES256 cut to 63 bytes', 'bad_signature', (world) =>
    withSignature(es256Header, (input) => es256Signature(input).subarray(1))(world),
  ),
  invalid('T16', 'a truncated signature', 'bad_signature', (world) =>
    withSignature({}, (input) => rsSignature(input, world).subarray(0, -1))(world),
  ),
  invalid('T16', 'a signature with one byte more', 'bad_signature', (world) =>
    withSignature({}, (input) => Buffer.concat([rsSignature(input, world), Uint8Array.of(0)]))(world),
  ),
  invalid(
    'T16',
    'an empty signature',
    'not_three_parts',
    withSignature({}, () => Buffer.alloc(0)),
  ),
  invalid(
    'T16',
    'a signature of zeros',
    'bad_signature',
    withSignature({}, () => Buffer.alloc(256)),
  ),
  invalid('T17', "another token's signature", 'bad_signature', (world) => {
    const [header, payload] = world.base.token().split('.');
    return `${header}.${payload}.${world.base.token().split('.')[2]}`;
  }),
  invalid('T17', "a stranger's key under a known kid", 'bad_signature', signedWith(stranger)),
  invalid('T18', 'a flipped byte of the payload', 'bad_signature', (world) => {
    const [header, , signature] = world.base.token({ claims: { sub: 'u-basic' } }).split('.');
    return `${header}.${base64url(JSON.stringify(world.base.claims({ sub: 'u-admin' })))}.${signature}`;
  }),
  invalid('T19', 'the kid changed to another valid key', 'bad_signature', (world) => {
    const [, payload, signature] = world.base.token().split('.');
    const header = base64url(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa-2' }));
    return `${header}.${payload}.${signature}`;
  }),
];

const attack = (world: TokenWorld) => `${world.issuers.origin}/attacker/keys`;
const attackerHeader = (name: string, value: (world: TokenWorld) => unknown) => (world: TokenWorld) =>
  world.base.token({ key: stranger, header: { [name]: value(world) } });

const headerKeyRows: readonly TokenRow[] = [
  invalid(
    'T20',
    'an embedded jwk',
    'forbidden_header_member:jwk',
    attackerHeader('jwk', () => stranger.jwk),
  ),
  invalid('T21', 'jku of an attacker', 'forbidden_header_member:jku', attackerHeader('jku', attack)),
  invalid('T22', 'x5u of an attacker', 'forbidden_header_member:x5u', attackerHeader('x5u', attack)),
  invalid(
    'T22',
    'x5c of an attacker',
    'forbidden_header_member:x5c',
    attackerHeader('x5c', () => ['MIIB']),
  ),
];

const kidRows: readonly TokenRow[] = [
  ...['../../../dev/null', "' OR 1=1 --", '$(id)', 'http://127.0.0.1:1/keys', '{"$ne":null}'].map((kid) =>
    invalid('T23', `kid ${kid}`, 'no_key', signedWith(stranger, { kid })),
  ),
  invalid('T23', 'kid with CRLF', 'bad_key_id', signedWith(stranger, { kid: 'base-1\r\nx: y' })),
  invalid('T23', 'kid a number', 'bad_key_id', signedWith(stranger, { kid: 1 })),
  accepted('T24', 'no kid, one key fits', signedWith(edDsa, { kid: undefined })),
  invalid('T25', 'no kid, two keys fit', 'ambiguous_key', (world) => world.base.token({ header: { kid: undefined } })),
  invalid('T26', 'no kid, no key fits', 'no_key', (world) =>
    world.by.strict.token({ key: edDsa, header: { kid: undefined } }),
  ),
  ...['__proto__', 'constructor', 'toString'].map((kid) =>
    invalid('T27', `kid ${kid}`, 'no_key', signedWith(stranger, { kid })),
  ),
];

const RSA_2048_BYTES = 256;

/** The forgery that an exponent of 1 allows: the padded digest is its own signature. */
function paddedDigest(input: string): Uint8Array {
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const padding = Buffer.alloc(RSA_2048_BYTES - 3 - digestInfo.length - 32, 0xff);
  return Buffer.concat([Uint8Array.of(0, 1), padding, Uint8Array.of(0), digestInfo, sha256(input)]);
}

const badKeyRows: readonly TokenRow[] = [
  invalid('T29', 'a key for encryption (use)', 'no_key', signedWith(forEncryption)),
  invalid('T30', 'a key for encryption (key_ops)', 'no_key', signedWith(forKeyWrap)),
  invalid('T31', 'an RSA key of 1024 bits', 'no_key', signedWith(weak)),
  invalid('T32', 'an RSA key with e=1, forged', 'no_key', withSignature({ kid: 'e-one' }, paddedDigest)),
  invalid('T32', 'an RSA key with an even e', 'no_key', signedWith(exponentEven)),
  invalid('T33', 'a symmetric key, HS256', 'unsupported_algorithm', (world) =>
    withSignature({ alg: 'HS256', kid: 'oct' }, (input) =>
      createHmac('sha256', 'a shared secret of thirty-two b.').update(input).digest(),
    )(world),
  ),
  invalid('T33', 'a symmetric key labelled RS256', 'no_key', (world) =>
    withSignature({ kid: 'oct-rs' }, (input) =>
      createHmac('sha256', 'a shared secret of thirty-two b.').update(input).digest(),
    )(world),
  ),
  invalid('T34', 'a key published with its private member', 'no_key', signedWith(leaked)),
  invalid('T35', 'one of two keys under one kid', 'no_key', signedWith(twinA)),
  invalid('T35', 'the other of two keys under one kid', 'no_key', signedWith(twinB)),
];

function sha256(input: string): Uint8Array {
  return createHash('sha256').update(input).digest();
}

function weakRsaKey(): IssuerKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' };
  return { kid: 'weak', alg: 'RS256', privateKey, publicKey, jwk };
}

/** Every row of this part. */
export const cryptoRows: readonly TokenRow[] = [
  ...algorithmRows,
  ...edgeRows,
  ...signatureRows,
  ...headerKeyRows,
  ...kidRows,
  ...badKeyRows,
];
