// The rows of the token table about signatures and keys, with real keys.
import { constants, createHmac } from 'node:crypto';
import { compactVerify, createLocalJWKSet } from 'jose';
import { describe, expect, test } from 'vitest';
import type { IssuerRules } from './issuer-rules.ts';
import { keySetDocument } from './key-set.ts';
import type { KeySetView } from './key-set-refresher.ts';
import { tokenAlgorithms } from './token-algorithm.ts';
import {
  base64url,
  baseClaims,
  claimsWith,
  fixedKeys,
  signedText,
  signedToken,
  soleNamespace,
  type TestKey,
  testKey,
  testKeySet,
  testNowSeconds,
  testRules,
} from './token-fixtures.ts';
import { VerifiedTokenCache } from './verified-token-cache.ts';
import { type TrustedIssuer, verifyToken } from './verify-token.ts';

const rsa = testKey('RS256', 'rsa');
const pss = testKey('PS256', 'pss');
const es256 = testKey('ES256', 'es256');
const es384 = testKey('ES384', 'es384');
const ed = testKey('EdDSA', 'ed');
const attacker = testKey('RS256', 'rsa');
const keys = fixedKeys(testKeySet(rsa, pss, es256, es384, ed));

async function verify(
  token: string,
  options: {
    rules?: Partial<IssuerRules>;
    keys?: TrustedIssuer['keys'];
    cache?: VerifiedTokenCache;
    now?: number;
  } = {},
): Promise<string | 200> {
  const rules = testRules({ algorithms: tokenAlgorithms, ...options.rules });
  const verified = await verifyToken(token, {
    issuers: [{ rules, namespace: soleNamespace(rules), keys: options.keys ?? keys }],
    nowSeconds: options.now ?? testNowSeconds,
    policyNamesGroups: true,
    ...(options.cache === undefined ? {} : { cache: options.cache }),
  });
  if (verified.outcome === 'accepted') return 200;
  return verified.code === 'invalid_token' ? verified.reason : verified.code;
}

function parts(token: string): [string, string, string] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
}

describe('algorithms', () => {
  test.each<[string, TestKey, string]>([
    ['T01', rsa, 'RS256'],
    ['T02', es256, 'ES256'],
    ['T02', es384, 'ES384'],
    ['T02', pss, 'PS256'],
    ['T02', ed, 'EdDSA'],
  ])('%s accepts a token signed with %o as %s', async (_row, key, alg) => {
    expect(await verify(signedToken(key, alg))).toBe(200);
  });

  test.each<[string, string | Uint8Array]>([
    ['T06 the RSA public PEM', rsa.publicKey.export({ type: 'spki', format: 'pem' })],
    ['T07 the JWK', JSON.stringify(rsa.jwk)],
    ['T07 the modulus', Buffer.from(String(rsa.jwk.n), 'base64url')],
    ['T07 nothing', ''],
  ])('refuses HS256 signed with %s', async (_name, secret) => {
    const input = `${base64url('{"alg":"HS256","typ":"at+jwt","kid":"rsa"}')}.${base64url(JSON.stringify(baseClaims()))}`;
    const mac = createHmac('sha256', secret).update(input).digest('base64url');

    expect(await verify(`${input}.${mac}`)).toBe('unsupported_algorithm');
  });

  test('T05 refuses alg none with the original signature kept', async () => {
    const [, payload, signature] = parts(signedToken(rsa, 'RS256'));

    expect(await verify(`${base64url('{"alg":"none","kid":"rsa"}')}.${payload}.${signature}`)).toBe(
      'unsupported_algorithm',
    );
  });

  test('T09 refuses RS512 while the list has RS256 only', async () => {
    const key = testKey('RS512', 'any', {});
    const source = fixedKeys(testKeySet(key));

    expect(await verify(signedToken(key, 'RS512'), { keys: source, rules: { algorithms: ['RS256'] } })).toBe(
      'algorithm_not_allowed',
    );
    expect(await verify(signedToken(key, 'RS512'), { keys: source })).toBe(200);
  });

  test('T10 refuses PS256 with a key pinned to RS256', async () => {
    expect(await verify(signedToken(rsa, 'PS256'))).toBe('key_algorithm_mismatch');
  });

  test('T11 refuses ES256 with an RSA kid, and RS256 with an EC kid', async () => {
    expect(await verify(signedToken(es256, 'ES256', { kid: 'rsa' }))).toBe('key_algorithm_mismatch');
    expect(await verify(signedToken(rsa, 'RS256', { kid: 'es256' }))).toBe('key_algorithm_mismatch');
    expect(keys.searches).not.toContain('es256');
  });

  test('a key without alg takes what the list allows, as Entra publishes them', async () => {
    const key = testKey('RS256', 'entra', { use: 'sig', x5c: ['MII'], issuer: 'https://login.example' });

    expect(await verify(signedToken(key, 'RS256'), { keys: fixedKeys(testKeySet(key)) })).toBe(200);
  });
});

describe('ECDSA signatures', () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

  function es256With(signature: Uint8Array): string {
    const [header, payload] = parts(signedToken(es256, 'ES256'));
    return `${header}.${payload}.${base64url(signature)}`;
  }

  function scalar(value: bigint): Buffer {
    return Buffer.from(value.toString(16).padStart(64, '0').slice(-64), 'hex');
  }

  const edges = [0n, 1n, order - 1n, order, order + 1n, prime, prime - order, 2n ** 256n - 1n];
  const pairs = edges.flatMap((r) => edges.map((s) => [r, s] as const));

  test('T12 refuses r = s = 0', async () => {
    expect(await verify(es256With(Buffer.alloc(64)))).toBe('bad_signature');
  });

  test.each(pairs)('T13 refuses r = %s, s = %s', async (r, s) => {
    expect(await verify(es256With(Buffer.concat([scalar(r), scalar(s)])))).toBe('bad_signature');
  });

  test('T14 refuses a DER signature', async () => {
    const { sign } = await import('node:crypto');
    const [header, payload] = parts(signedToken(es256, 'ES256'));
    const der = sign('sha256', Buffer.from(`${header}.${payload}`), es256.privateKey);

    expect(await verify(es256With(der))).toBe('bad_signature');
  });

  test('T14 refuses r and s of other lengths', async () => {
    const [, , signature] = parts(signedToken(es256, 'ES256'));
    const bytes = Buffer.from(signature, 'base64url');

    expect(await verify(es256With(Buffer.concat([bytes, Buffer.alloc(2)])))).toBe('bad_signature');
    expect(await verify(es256With(bytes.subarray(0, 62)))).toBe('bad_signature');
  });
});

describe('tampering', () => {
  const token = signedToken(rsa, 'RS256');
  const [header, payload, signature] = parts(token);
  const bytes = Buffer.from(signature, 'base64url');

  test.each([
    ['T16 truncated', bytes.subarray(0, -1)],
    ['T16 one byte more', Buffer.concat([bytes, Buffer.from([0])])],
    ['T16 a leading zero', Buffer.concat([Buffer.from([0]), bytes])],
    ['T16 one byte only', Buffer.from([1])],
  ])('%s', async (_name, changed) => {
    expect(await verify(`${header}.${payload}.${base64url(changed)}`)).toBe('bad_signature');
  });

  test('T17 refuses the signature of another token', async () => {
    const [, , other] = parts(signedToken(rsa, 'RS256', {}, claimsWith({ sub: 'u-power' })));

    expect(await verify(`${header}.${payload}.${other}`)).toBe('bad_signature');
  });

  test('T18 refuses a changed payload', async () => {
    const changed = base64url(JSON.stringify(claimsWith({ sub: 'u-basid' })));

    expect(await verify(`${header}.${changed}.${signature}`)).toBe('bad_signature');
  });

  test('T19 refuses a kid changed to another valid key', async () => {
    const second = testKey('RS256', 'rsa2');
    const changed = base64url(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa2' }));
    const source = fixedKeys(testKeySet(rsa, second));

    expect(await verify(`${changed}.${payload}.${signature}`, { keys: source })).toBe('bad_signature');
  });

  test('refuses a token signed with an attacker key under a known kid', async () => {
    expect(await verify(signedToken(attacker, 'RS256'))).toBe('bad_signature');
  });

  test.each([
    ['T20', { jwk: attacker.jwk }],
    ['T21', { jku: 'https://evil.example/jwks' }],
    ['T22', { x5u: 'https://evil.example/chain' }],
    ['T22', { x5c: ['MII'] }],
  ])('%s refuses a key from the header without looking anything up', async (_row, extra) => {
    const source = fixedKeys(testKeySet(rsa));

    expect(await verify(signedToken(attacker, 'RS256', extra), { keys: source })).toBe('forbidden_header_member');
    expect(source.searches).toEqual([]);
  });

  test('T48 T49 T50 refuses correctly signed duplicates', async () => {
    const claims = JSON.stringify(baseClaims());
    const doubled = `{"sub":"admin",${claims.slice(1)}`;

    expect(await verify(signedText(rsa, 'RS256', '{"alg":"RS256","typ":"at+jwt","kid":"rsa"}', claims))).toBe(200);
    expect(await verify(signedText(rsa, 'RS256', '{"alg":"RS256","typ":"at+jwt","kid":"rsa"}', doubled))).toBe(
      'bad_payload',
    );
    expect(await verify(signedText(rsa, 'RS256', '{"alg":"none","alg":"RS256","kid":"rsa"}', claims))).toBe(
      'bad_header',
    );
  });

  test('refuses a PSS signature with another salt length', async () => {
    const { sign } = await import('node:crypto');
    const [pssHeader, pssPayload] = parts(signedToken(pss, 'PS256'));
    const input = `${pssHeader}.${pssPayload}`;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const short = sign('sha256', Buffer.from(input), { key: pss.privateKey, padding, saltLength: 0 });

    expect(await verify(`${input}.${base64url(short)}`)).toBe('bad_signature');
  });
});

describe('key ids', () => {
  test.each(['../../dev/null', "' OR 1=1 --", '$(reboot)', 'https://evil.example/k', '%0d%0aX: y'])(
    'T23 looks up %s as an opaque name once',
    async (kid) => {
      const source = fixedKeys(testKeySet(rsa));

      expect(await verify(signedToken(attacker, 'RS256', { kid }), { keys: source })).toBe('no_key');
      expect(source.searches).toEqual([kid]);
    },
  );

  test.each(['__proto__', 'constructor', 'toString'])('T27 finds no key under %s', async (kid) => {
    expect(await verify(signedToken(attacker, 'RS256', { kid }))).toBe('no_key');
  });

  test('T24 takes the only matching key when the kid is missing', async () => {
    expect(await verify(signedToken(rsa, 'RS256', { kid: undefined }))).toBe(200);
  });

  test('T25 refuses a missing kid with two matching keys', async () => {
    const source = fixedKeys(testKeySet(rsa, testKey('RS256', 'rsa2')));

    expect(await verify(signedToken(rsa, 'RS256', { kid: undefined }), { keys: source })).toBe('ambiguous_key');
    expect(source.searches).toEqual([]);
  });

  test('T113 uses a key that the search brings', async () => {
    const fresh = testKeySet(rsa, es256);
    const source = {
      current: (): KeySetView => ({ outcome: 'usable', keySet: testKeySet(rsa), isStale: false }),
      findKid: async (): Promise<KeySetView> => ({ outcome: 'usable', keySet: fresh, isStale: false }),
    };

    expect(await verify(signedToken(es256, 'ES256'), { keys: source })).toBe(200);
  });
});

describe('issuers', () => {
  test.each([
    ['other', 'https://evil.example/realm'],
    ['trailing slash', 'https://idp.example.test/realm/'],
    ['case', 'https://IDP.example.test/realm'],
    ['prefix', 'https://idp.example.test'],
  ])('T67 refuses iss with %s', async (_name, iss) => {
    expect(await verify(signedToken(rsa, 'RS256', {}, claimsWith({ iss })))).toBe('unknown_issuer');
  });

  test('T99 one issuer cannot sign for another', async () => {
    const other = testKey('RS256', 'rsa');
    const rules = [testRules(), testRules({ issuer: 'https://partner.test', alias: 'partner' })];
    const issuers = rules.map((each, index) => ({
      rules: each,
      namespace: soleNamespace(each),
      keys: fixedKeys(testKeySet(index === 0 ? rsa : other)),
    }));
    const context = { issuers, nowSeconds: testNowSeconds, policyNamesGroups: false };

    const forged = await verifyToken(signedToken(other, 'RS256'), context);
    const own = await verifyToken(
      signedToken(other, 'RS256', {}, claimsWith({ iss: 'https://partner.test' })),
      context,
    );

    expect(forged).toMatchObject({ code: 'invalid_token', reason: 'bad_signature' });
    expect(own).toMatchObject({ outcome: 'accepted', identity: { issuer: 'https://partner.test' } });
  });

  test('T116 answers our own trouble with idp_unavailable and the time to wait', async () => {
    const view: KeySetView = { outcome: 'unavailable', retryAfterSeconds: 7 };
    const source = { current: () => view, findKid: async () => view };
    const rules = testRules();
    const issuers = [{ rules, namespace: soleNamespace(rules), keys: source }];

    const verified = await verifyToken(signedToken(rsa, 'RS256'), {
      issuers,
      nowSeconds: testNowSeconds,
      policyNamesGroups: false,
    });

    expect(verified).toMatchObject({ code: 'idp_unavailable', retryAfterSeconds: 7 });
  });
});

describe('the cache of verified tokens', () => {
  test('saves the signature but judges claims and expiry again', async () => {
    const cache = new VerifiedTokenCache();
    const token = signedToken(rsa, 'RS256', {}, claimsWith({ exp: testNowSeconds + 10 }));

    expect(await verify(token, { cache })).toBe(200);
    expect(cache.isKnownGood(token, testNowSeconds)).toBe(true);
    expect(await verify(token, { cache, rules: { audiences: ['other'] } })).toBe('audience');
    expect(await verify(token, { cache, now: testNowSeconds + 41 })).toBe('token_expired');
    expect(cache.isKnownGood(token, testNowSeconds + 10)).toBe(false);
  });

  test('forgets a token whose key set changed', async () => {
    const cache = new VerifiedTokenCache();
    const token = signedToken(rsa, 'RS256');

    expect(await verify(token, { cache })).toBe(200);
    expect(await verify(token, { cache, keys: fixedKeys(testKeySet(attacker)) })).toBe('bad_signature');
  });

  test('holds no refused token, none longer than a minute, and no more than its bound', async () => {
    const cache = new VerifiedTokenCache(2);
    const tokens = ['a', 'b', 'c'].map((sub) => signedToken(rsa, 'RS256', {}, claimsWith({ sub })));

    expect(await verify(signedToken(attacker, 'RS256'), { cache })).toBe('bad_signature');
    expect(cache.size).toBe(0);
    for (const token of tokens) expect(await verify(token, { cache })).toBe(200);
    expect(cache.size).toBe(2);
    expect(tokens.map((token) => cache.isKnownGood(token, testNowSeconds))).toEqual([false, true, true]);
    expect(cache.isKnownGood(tokens[2]!, testNowSeconds + 60)).toBe(false);
    cache.flush();
    expect(cache.size).toBe(0);
  });
});

test('the filtered set serves jose as a local JWKS', async () => {
  const document = keySetDocument(testKeySet(rsa, es256));

  const verified = await compactVerify(
    signedToken(es256, 'ES256'),
    createLocalJWKSet({ keys: [...document.keys] as never }),
  );

  expect(verified.protectedHeader.alg).toBe('ES256');
});
