// What the command prints and returns, with claims, tokens, keys and without.
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { QUICK_START_CONFIG } from '../project.ts';
import { main, type TokenCheckPorts } from './token-check.ts';

const ISSUER = 'http://127.0.0.1:18801';
const NOW_SECONDS = 1_800_000_000;
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const claims = (changes: object = {}) => ({
  iss: ISSUER,
  aud: 'secrouter',
  sub: 'u-basic',
  client_id: 'cli',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 300,
  jti: 'id-1',
  amr: ['pwd', 'otp'],
  groups: ['secrouter-power-users'],
  ...changes,
});

function token(changes: object = {}, key = privateKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })}.${part(claims(changes))}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A world in which the issuer answers, or does not. */
async function check(input: string, options: { args?: string[]; isDown?: boolean } = {}) {
  let printed = '';
  let complained = '';
  const asked: string[] = [];
  const documents: Record<string, object> = {
    [`${ISSUER}/.well-known/openid-configuration`]: { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
    [`${ISSUER}/jwks`]: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] },
  };
  const ports: TokenCheckPorts = {
    readInput: async () => input,
    print: (text) => (printed += text),
    complain: (text) => (complained += text),
    fetchJson: async ({ url }) => {
      asked.push(url);
      if (options.isDown === true) throw new Error('ECONNREFUSED');
      return { status: 200, body: Buffer.from(JSON.stringify(documents[url])) };
    },
    nowSeconds: NOW_SECONDS,
  };
  const code = await main(options.args ?? ['--config', QUICK_START_CONFIG], ports);
  return { code, printed, complained, asked, lines: printed.trimEnd().split('\n') };
}

describe('a token', () => {
  test('is judged rule by rule, in order, and its signature by the keys of its issuer', async () => {
    const { code, lines } = await check(`Bearer ${token()}\n`);

    expect(code).toBe(0);
    expect(lines.map((line) => line.slice(0, 28).trim().replace(/ {2,}/, ': ')).slice(0, -2)).toEqual([
      'format: holds',
      'type: holds',
      'algorithm: holds',
      'issuer: holds',
      'audience: holds',
      'lifetime: holds',
      'subject: holds',
      'second factor: holds',
      'acr: holds',
      'sign-in age: holds',
      'scopes: holds',
      'client: holds',
      'token id: holds',
      'groups: holds',
      'roles: holds',
      'admin routes: holds',
      'signature: holds',
    ]);
    expect(lines).toContain('second factor   holds       methods of two kinds: "pwd", "otp"');
    expect(lines.at(-1)).toBe('accepted');
  });

  test('is never printed, whatever becomes of it', async () => {
    for (const text of [token(), token({ amr: [] }), `${token()}x`, token({}, other.privateKey)]) {
      const { printed, complained } = await check(text);

      for (const part of text.split('.')) expect(printed + complained).not.toContain(part);
    }
  });

  test('with a wrong signature is refused, with each claim still explained', async () => {
    const { code, lines } = await check(token({}, other.privateKey));

    expect(code).toBe(1);
    expect(lines).toContain('signature       refused     invalid_token: bad_signature');
    expect(lines.at(-1)).toBe('refused: invalid_token: bad_signature');
  });

  test('is judged without its signature while the keys cannot be had', async () => {
    const { code, lines } = await check(token(), { isDown: true });

    expect(code).toBe(0);
    expect(lines).toContain('signature       not judged  the keys could not be had: unreachable');
    expect(lines.at(-1)).toBe('accepted, if its signature is right');
  });

  test('names every rule that refuses, and the one that the gateway would answer with', async () => {
    const { code, lines } = await check(token({ amr: ['pwd'], exp: NOW_SECONDS - 3_600, iat: NOW_SECONDS - 7_200 }));

    expect(code).toBe(1);
    expect(lines).toContain('lifetime        refused     token_expired: expired (exp)');
    expect(lines).toContain('second factor   refused     mfa_required: no_second_factor (amr)');
    expect(lines.at(-1)).toBe('refused: token_expired (expired)');
  });

  test('that is none is one line', async () => {
    const { code, lines, asked } = await check('nonsense');

    expect(code).toBe(1);
    expect(lines[0]).toBe('format          refused     invalid_token: not_three_parts');
    expect(asked).toEqual([]);
  });

  test('of a foreign issuer makes nobody be asked for keys', async () => {
    const { code, lines, asked } = await check(token({ iss: 'https://evil.example' }));

    expect(code).toBe(1);
    expect(asked).toEqual([]);
    expect(lines[3]).toContain('unknown_issuer: "https://evil.example" is not trusted');
    expect(lines.at(-1)).toBe('refused: invalid_token (unknown_issuer)');
  });
});

describe('claims', () => {
  test('are judged without a signature', async () => {
    const { code, lines, asked } = await check(JSON.stringify(claims()));

    expect(code).toBe(0);
    expect(asked).toEqual([]);
    expect(lines).toContain('signature       not judged  claims have none');
  });

  test('of a wrong type are told by name, and show no control characters', async () => {
    const { code, printed } = await check(
      JSON.stringify({ header: { typ: 'at+jwt' }, claims: claims({ amr: 'mfa' }) }),
    );
    const hostile = await check(JSON.stringify(claims({ iss: 'https://\u001b[31mevil\u202e' })));

    expect(code).toBe(1);
    expect(printed).toContain('subject         refused     invalid_token: bad_claim_type (amr)');
    expect(hostile.printed).toContain('\\u001b[31mevil\\u202e');
    for (const unit of ['\u001b', '\u202e']) expect(hostile.printed).not.toContain(unit);
  });

  test('are judged as of another moment where one is given', async () => {
    const at = String(NOW_SECONDS + 86_400);
    const { lines } = await check(JSON.stringify(claims()), { args: ['--config', QUICK_START_CONFIG, '--at', at] });

    expect(lines.at(-1)).toBe('refused: token_expired (expired)');
  });
});

describe('called wrongly', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown option', ['--verbose'], /usage/],
    ['an option without its value', ['--config'], /usage/],
    ['two files', ['a', 'b'], /usage/],
    ['a moment that is none', ['--at', 'noon'], /--at/],
    ['a token as an argument', [token()], /shell history/],
    ['a configuration that is not there', ['--config', '/nowhere/x.json'], /cannot be read/],
  ])('%s is exit code 2', async (_name, args, complaint) => {
    const { code, complained, printed } = await check('', { args });

    expect([code, printed]).toEqual([2, '']);
    expect(complained).toMatch(complaint);
    expect(complained).not.toContain('eyJ');
  });

  test('nothing to read is exit code 2', async () => {
    expect((await check('  ')).code).toBe(2);
    expect((await check('{"a":')).code).toBe(2);
  });
});
