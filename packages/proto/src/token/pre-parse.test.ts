// The rows of the token table that are decided before any cryptography: none of these tokens is even looked up.
import { describe, expect, test } from 'vitest';
import { maxTokenLength, preParseToken } from './pre-parse.ts';
import { base64url, baseClaims, claimsWith } from './token-fixtures.ts';

const signature = base64url('any signature bytes');

function token(header: unknown = { alg: 'RS256', typ: 'at+jwt', kid: 'k1' }, payload: unknown = baseClaims()): string {
  return `${encode(header)}.${encode(payload)}.${signature}`;
}

function encode(part: unknown): string {
  return base64url(typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part));
}

function reason(text: string): string {
  const parsed = preParseToken(text);
  return parsed.outcome === 'refused' ? parsed.reason : 'parsed';
}

/** The fastest of several runs: what the code costs, and not what else this machine does. */
function fastest<Result>(run: () => Result): { readonly result: Result; readonly ms: number } {
  const runs = Array.from({ length: 20 }, () => {
    const startedMs = performance.now();
    return { result: run(), ms: performance.now() - startedMs };
  });
  return runs.reduce((best, other) => (other.ms < best.ms ? other : best));
}

const header = (extra: object): object => ({ alg: 'RS256', typ: 'at+jwt', kid: 'k1', ...extra });

test('reads header, claims and signing input of a valid token', () => {
  const text = token();

  expect(preParseToken(text)).toMatchObject({
    outcome: 'parsed',
    header: { alg: 'RS256', kid: 'k1', typ: 'at+jwt' },
    claims: { aud: 'secrouter', amr: ['mfa'] },
    subject: 'u-basic',
    signingInput: text.slice(0, text.lastIndexOf('.')),
  });
});

describe('algorithms', () => {
  test.each([
    ['T03', 'none', ''],
    ['T04', 'None', ''],
    ['T04', 'NONE', ''],
    ['T04', 'nOnE', ''],
    ['T05', 'none', signature],
  ])('%s refuses alg %s with signature %j', (_row, alg, lastPart) => {
    const text = token({ alg }).slice(0, -signature.length) + lastPart;

    expect(reason(text)).toBe(lastPart === '' ? 'not_three_parts' : 'unsupported_algorithm');
  });

  test.each([
    ['T06', 'HS256'],
    ['T07', 'HS512'],
    ['T08', undefined],
    ['T08', null],
    ['T08', 256],
    ['T08', ['RS256']],
    ['T08', 'rs256'],
    ['T08', 'RS256 '],
    ['T08', '__proto__'],
  ])('%s refuses alg %j', (_row, alg) => {
    expect(reason(token({ alg, kid: 'k1' }))).toBe('unsupported_algorithm');
  });
});

describe('header members', () => {
  test.each([
    ['T20', { jwk: { kty: 'RSA', n: 'AQ', e: 'AQAB' } }],
    ['T21', { jku: 'https://evil.example/jwks' }],
    ['T22', { x5u: 'https://evil.example/chain' }],
    ['T22', { x5c: ['MII'] }],
    ['T36', { crit: ['x'], x: 1 }],
    ['T37', { crit: ['b64'], b64: false }],
    ['T38', { crit: [] }],
    ['T38', { crit: 'b64' }],
    ['T38', { crit: null }],
    ['T39', { b64: false }],
    ['T40', { zip: 'DEF' }],
    ['T41', { enc: 'A128GCM' }],
  ])('%s refuses %j', (_row, extra) => {
    expect(reason(token(header(extra)))).toBe('forbidden_header_member');
  });

  test.each([
    ['T56', { cty: 'JWT' }, 'nested_token'],
    ['T56', { cty: 'application/jwt' }, 'nested_token'],
    ['T56', { cty: 1 }, 'nested_token'],
    ['T23', { kid: 'a\r\nX: y' }, 'bad_key_id'],
    ['T23', { kid: '' }, 'bad_key_id'],
    ['T23', { kid: 7 }, 'bad_key_id'],
    ['T23', { kid: null }, 'bad_key_id'],
    ['T23', { kid: 'k'.repeat(257) }, 'bad_key_id'],
    ['T79', { typ: 7 }, 'token_type'],
  ])('%s refuses %j', (_row, extra, expected) => {
    expect(reason(token(header(extra)))).toBe(expected);
  });

  test('ignores thumbprints, which providers send beside the kid', () => {
    expect(reason(token(header({ x5t: 'abc' })))).toBe('parsed');
  });

  test.each(['[]', '"x"', 'null', '7', '{}x', '', '{"alg":"RS256"', '\ufeff{"alg":"RS256"}'])(
    'T51 refuses the header %j',
    (text) => {
      expect(reason(`${base64url(text)}.${encode(baseClaims())}.${signature}`)).not.toBe('parsed');
    },
  );

  test('T48 refuses a duplicate alg', () => {
    expect(reason(token('{"alg":"none","alg":"RS256"}'))).toBe('bad_header');
    expect(reason(token('{"alg":"none","\\u0061lg":"RS256"}'))).toBe('bad_header');
  });

  test('refuses a header above 1 KiB', () => {
    expect(reason(token(header({ x: 'x'.repeat(900) })))).toBe('parsed');
    expect(reason(token(header({ x: 'x'.repeat(1_024) })))).toBe('bad_header');
  });
});

describe('form', () => {
  const [headerPart = '', payloadPart = ''] = token().split('.');

  test.each([
    ['T41', `${headerPart}.a.b.c.d`],
    ['T42', JSON.stringify({ payload: payloadPart, signatures: [{ protected: headerPart, signature }] })],
    ['T43', `${headerPart}.${payloadPart}.${signature}.${signature}`],
    ['T43', `${headerPart}.${payloadPart}`],
    ['T43', headerPart],
    ['T43', ''],
    ['T43', '..'],
    ['T43', `${headerPart}.${payloadPart}.`],
    ['T43', `.${payloadPart}.${signature}`],
    ['T43', `${headerPart}..${signature}`],
    ['T16', `${headerPart}.${payloadPart}.`],
  ])('%s refuses %j', (_row, text) => {
    expect(reason(text)).toBe('not_three_parts');
  });

  test.each([
    ['T44 refuses padding on the header', `${headerPart}==.${payloadPart}.${signature}`],
    ['T44 refuses padding on the payload', `${headerPart}.${payloadPart}=.${signature}`],
    ['T44 refuses padding on the signature', `${headerPart}.${payloadPart}.${signature}==`],
    ['T45 refuses a blank', `${headerPart}.${payloadPart.slice(0, 8)} ${payloadPart.slice(8)}.${signature}`],
    ['T45 refuses a line end', `${headerPart}.${payloadPart}\n.${signature}`],
    [
      'T45 refuses a line end in the signature',
      `${headerPart}.${payloadPart}.${signature.slice(0, 4)}\n${signature.slice(4)}`,
    ],
    ['T46 refuses plus', `${headerPart}.${payloadPart}.ab+c`],
    ['T46 refuses slash', `${headerPart}.${payloadPart}.ab/c`],
    ['refuses stray bits in the last character', `${headerPart}.${payloadPart}.QQ`.replace(/QQ$/, 'QR')],
    ['refuses a part of impossible length', `${headerPart}.${payloadPart}.abcde`],
  ])('%s', (_name, text) => {
    expect(reason(text)).toBe('not_base64url');
  });

  test('T112 refuses a 5 MB token by its length alone', () => {
    const huge = 'a'.repeat(5_000_000);

    const refused = fastest(() => reason(huge));

    expect(refused.result).toBe('too_long');
    expect(refused.ms).toBeLessThan(1);
  });

  test('T75 refuses a subject of 1 MB by size', () => {
    expect(reason(token(undefined, claimsWith({ sub: 'x'.repeat(1_000_000) })))).toBe('too_long');
  });

  test('accepts a token exactly as long as the bound', () => {
    const empty = token(undefined, claimsWith({ pad: '' })).length;
    const text = token(undefined, claimsWith({ pad: 'x'.repeat(Math.floor(((maxTokenLength - empty) * 3) / 4)) }));

    expect(text.length).toBeGreaterThan(maxTokenLength - 4);
    expect(text.length).toBeLessThanOrEqual(maxTokenLength);
    expect(reason(text)).toBe('parsed');
  });
});

describe('payload', () => {
  const payload = (text: string | Uint8Array): string => reason(token(undefined, text));
  const members = JSON.stringify(baseClaims()).slice(1);

  test.each([
    ['T49', `{"exp":1,${members}`],
    ['T50', `{"aud":"secrouter",${members}`],
    ['T50', `{"sub":"admin",${members}`],
    ['T50', `{"groups":["a"],"groups":["b"],${members}`],
    ['T50', `{"realm_access":{"roles":[],"roles":["admin"]},${members}`],
    ['T52', '[]'],
    ['T52', '"x"'],
    ['T52', '7'],
    ['T52', 'null'],
    ['T57 (form)', `${JSON.stringify(baseClaims())} {}`],
  ])('%s refuses %s', (_row, text) => {
    expect(payload(text)).toBe('bad_payload');
  });

  test('T54 refuses invalid UTF-8 and lone surrogates', () => {
    const bytes = Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(`",${members}`)]);

    expect(payload(bytes)).toBe('bad_payload');
    expect(payload(`{"x":"\\ud800",${members}`)).toBe('bad_payload');
  });

  test('T55 refuses deep nesting at depth 9, quickly', () => {
    const deep = (depth: number): string => `{"x":${'['.repeat(depth)}${']'.repeat(depth)},${members}`;

    const refused = fastest(() => payload(deep(4_000)));

    expect(refused.result).toBe('bad_payload');
    expect(refused.ms).toBeLessThan(5);
    expect(payload(deep(7))).toBe('parsed');
    expect(payload(deep(8))).toBe('bad_payload');
    expect(payload(deep(10_000))).toBe('too_long');
  });

  test('T102 refuses more than 200 groups, and 10,000 by size', () => {
    const groups = (count: number): string[] => Array.from({ length: count }, (_, index) => `g${index}`);

    expect(reason(token(undefined, claimsWith({ groups: groups(200) })))).toBe('parsed');
    expect(reason(token(undefined, claimsWith({ groups: groups(201) })))).toBe('bad_payload');
    expect(reason(token(undefined, claimsWith({ groups: groups(10_000) })))).toBe('too_long');
  });

  test.each([
    ['T60 no exp', { exp: undefined }, 'bad_expiry'],
    ['T60 exp null', { exp: null }, 'bad_expiry'],
    ['T60 exp string', { exp: '1800000300' }, 'bad_expiry'],
    ['T67 iss missing', { iss: undefined }, 'bad_issuer'],
    ['T67 iss array', { iss: ['https://idp.example.test/realm'] }, 'bad_issuer'],
    ['T72 sub missing', { sub: undefined }, 'bad_subject'],
    ['T72 sub empty', { sub: '' }, 'bad_subject'],
    ['T72 sub blank', { sub: ' ' }, 'bad_subject'],
    ['T72 sub of NBSP', { sub: '\u00a0' }, 'bad_subject'],
    ['T73 sub number', { sub: 7 }, 'bad_subject'],
    ['T73 sub object', { sub: {} }, 'bad_subject'],
    ['T73 sub array', { sub: ['u'] }, 'bad_subject'],
    ['T73 sub null', { sub: null }, 'bad_subject'],
    ['T73 sub bool', { sub: true }, 'bad_subject'],
    ['T75 sub of 256', { sub: 'x'.repeat(256) }, 'bad_subject'],
    ['sub with NUL', { sub: 'a\u0000b' }, 'bad_subject'],
    ['sub with CRLF', { sub: 'a\r\nb' }, 'bad_subject'],
    ['sub with C1', { sub: 'a\u0085b' }, 'bad_subject'],
  ])('%s is refused', (_name, changes, expected) => {
    expect(reason(token(undefined, claimsWith(changes)))).toBe(expected);
  });

  test('T60 refuses an exp that overflows a number', () => {
    expect(payload(`{${members.replace(/"exp":\d+/, '"exp":1e999')}`)).toBe('bad_expiry');
  });

  test.each(['__proto__', 'constructor', 'toString', 'x'.repeat(255), 'a b', '用户'])(
    'T76 takes %s as a plain id',
    (sub) => {
      expect(preParseToken(token(undefined, claimsWith({ sub })))).toMatchObject({ outcome: 'parsed', subject: sub });
    },
  );

  test('T77 keeps NFC and NFD twins apart', () => {
    const subjects = ['\u00e9', 'e\u0301'].map((sub) => {
      const parsed = preParseToken(token(undefined, claimsWith({ sub })));
      return parsed.outcome === 'parsed' ? parsed.subject : undefined;
    });

    expect(new Set(subjects).size).toBe(2);
    expect(subjects).not.toContain(undefined);
  });

  test('keeps a __proto__ claim as data', () => {
    const parsed = preParseToken(token(undefined, `{"__proto__":{"groups":["admin"]},${members}`));

    expect(parsed.outcome === 'parsed' && Object.getPrototypeOf(parsed.claims)).toBeNull();
    expect(parsed.outcome === 'parsed' && parsed.claims.groups).toBeUndefined();
  });
});
