// Every row of the token table against running pods. The client learns a constant message; the reason is in the trail and
// the token is nowhere.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxTokenLength, preParseToken, REFUSALS, type RefusalCode } from '@secrouter/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { openRawSocket, parseAnswers, type RawAnswer } from '../support/raw-socket.ts';
import { type TokenAnswer, TokenWorld } from '../support/token-world.ts';
import { claimRows } from './token-claim-rows.ts';
import { formatRows } from './token-format-rows.ts';
import type { TokenRow } from './token-rows.ts';
import { cryptoRows, publishedKeys } from './token-signature-rows.ts';

const TRAIL_DEADLINE_MS = 20_000;

let world: TokenWorld;
/** What the trail must hold of the rows that ran. */
const expected: { readonly requestId: string; readonly name: string; readonly reason: string }[] = [];
const requestsOfService: string[] = [];

beforeAll(async () => {
  world = await TokenWorld.start(publishedKeys);
});
afterAll(() => world?.close());

const name = ({ row, what, status }: TokenRow) => `${row} ${what}: ${status}`;

async function checkRow(row: TokenRow): Promise<void> {
  const token = row.token(world);

  const answer = await world.bearer(token);

  expect(`${answer.status} ${answer.code}`).toBe(`${row.status} ${row.code}`);
  if (row.code !== undefined) expect(answer.message).toBe(REFUSALS[row.code as RefusalCode].message);
  if (row.reason !== undefined) {
    // Of the reason the client learns nothing beyond what the code and the challenge say.
    expect(answer.body + answer.challenge).not.toMatch(/bad_|not_base64|token_type|no_key|ambiguous|mismatch|foreign/);
    expect(answer.challenge).toMatch(/^Bearer realm="secrouter"/);
    expected.push({ requestId: answer.requestId, name: name(row), reason: row.reason });
  }
  if (row.row === 'T98' && row.status === 200) requestsOfService.push(answer.requestId);
}

describe('format', () => {
  for (const row of formatRows) test(name(row), () => checkRow(row));
});

describe('algorithms, signatures and keys', () => {
  for (const row of cryptoRows) test(name(row), () => checkRow(row));
});

describe('claims', () => {
  for (const row of claimRows) test(name(row), () => checkRow(row));
});

describe('challenges', () => {
  test('T86 a missing factor, T96 a low acr, T97 an old sign-in and T85 a missing scope say what to obtain', async () => {
    const { base, lists, acr, age, scope } = world.by;
    const challengeOf = async (token: string) => (await world.bearer(token)).challenge;

    expect(await challengeOf(base.token({ claims: { amr: [] } }))).toContain(
      'error="insufficient_user_authentication"',
    );
    expect(await challengeOf(lists.token({ claims: { amr: [] } }))).toContain('acr_values="phr"');
    expect(await challengeOf(acr.token())).toContain('acr_values="silver gold"');
    expect(await challengeOf(age.token())).toContain('max_age=600');
    expect(await challengeOf(scope.token())).toContain('error="insufficient_scope"');
    expect(await challengeOf(scope.token())).toContain('scope="chat"');
  });

  test('T21 T22 T23 no header makes the pod ask anybody', () => {
    expect(world.issuers.strayRequests).toEqual([]);
    // One at the start of each of two pods, and for unknown kids at most one per pod in 30 s.
    expect(world.base.fetches.keys).toBeLessThanOrEqual(8);
  });
});

describe('where the token stands', () => {
  const body = JSON.stringify({ model: 'local/small', messages: [{ role: 'user', content: 'hi' }], max_tokens: 16 });

  async function raw(lines: readonly string[], path = '/v1/chat/completions'): Promise<RawAnswer> {
    const socket = await openRawSocket(Number(new URL(world.fleet.url).port));
    socket.send(
      [
        `POST ${path} HTTP/1.1`,
        'Host: localhost',
        'Connection: close',
        'Content-Type: application/json',
        `X-Forwarded-For: ${world.nextAddress()}`,
        `Content-Length: ${body.length}`,
        ...lines,
        '',
        body,
      ].join('\r\n'),
    );
    const [answer] = parseAnswers(await socket.closed(20_000));
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }
  const codeOf = (answer: RawAnswer) => (JSON.parse(answer.body) as { error?: { code: string } }).error?.code;
  const outcome = (answer: RawAnswer) => `${answer.status} ${codeOf(answer) ?? ''}`.trim();

  test.each(['bearer', 'BEARER', 'Bearer', 'bEaReR'])('T107 scheme %s', async (scheme) => {
    expect(outcome(await raw([`Authorization: ${scheme} ${world.base.token()}`]))).toBe('200');
  });

  test.each<[string, (token: string) => string]>([
    ['two blanks', (token) => `Bearer  ${token}`],
    ['a tab', (token) => `Bearer\t${token}`],
    ['a second word', (token) => `Bearer ${token} x`],
    ['a comma', (token) => `Bearer ${token}, Bearer ${token}`],
    ['no token', () => 'Bearer'],
    ['quotes', (token) => `Bearer "${token}" `],
  ])('T108 a Bearer header with %s', async (what, header) => {
    const answer = await raw([`Authorization: ${header(world.base.token())}`]);

    // Quotes are characters of a token like others: the form is right and the token is not.
    expect(outcome(answer)).toBe(what === 'quotes' ? '401 invalid_token' : '400 invalid_request');
  });

  test('T109 two Authorization headers, also equal ones', async () => {
    const token = world.base.token();

    expect(outcome(await raw([`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]))).toBe(
      '400 invalid_request',
    );
    expect(outcome(await raw(['Authorization: Basic dTpw', `authorization: Bearer ${token}`]))).toBe(
      '400 invalid_request',
    );
  });

  test('T110 the token in x-api-key or api-key alone, beside an equal one, and beside another', async () => {
    const token = world.base.token();
    const other = world.base.token();

    expect(outcome(await raw([`x-api-key: ${token}`]))).toBe('200');
    expect(outcome(await raw([`api-key: ${token}`]))).toBe('200');
    expect(outcome(await raw([`Authorization: Bearer ${token}`, `x-api-key: ${token}`]))).toBe('200');
    expect(outcome(await raw([`Authorization: Bearer ${token}`, `x-api-key: ${other}`]))).toBe('400 invalid_request');
    expect(outcome(await raw([`x-api-key: ${token}`, `api-key: ${other}`]))).toBe('400 invalid_request');
  });

  test('T45 a blank inside a part where no scheme stands before it', async () => {
    const [header, payload, signature] = world.base.token().split('.');

    expect(outcome(await raw([`x-api-key: ${header}.${payload} .${signature}`]))).toBe('401 invalid_token');
    expect(outcome(await raw([`x-api-key: ${header}.\t${payload}.${signature}`]))).toBe('401 invalid_token');
  });

  test('T111 a token in the query, in a cookie, and under another scheme is no credential', async () => {
    const token = world.base.token();
    const answers = [
      await raw([], `/v1/chat/completions?access_token=${token}`),
      await raw([`Cookie: access_token=${token}`]),
      await raw(['Authorization: Basic dTpw']),
      await raw([]),
    ];

    expect(answers.map(outcome)).toEqual(Array.from({ length: 4 }, () => '401 missing_token'));
    for (const { headers } of answers) expect(headers['www-authenticate']).not.toContain('error=');
    const both = await raw([`Authorization: Bearer ${token}`], `/v1/chat/completions?access_token=${token}`);
    expect(outcome(both)).toBe('400 invalid_request');
  });

  test('T120 a delegation header with control characters', async () => {
    const token = world.base.token({ claims: { sub: 'chat-front' } });

    for (const user of ['u\u0007', 'u\u001b[31m', 'u\u0000'])
      expect((await raw([`Authorization: Bearer ${token}`, `X-Sec-Acting-User: ${user}`])).status).toBe(400);
  });

  test('P29 a bad token is refused before 100 Continue, and its body is not read', async () => {
    const socket = await openRawSocket(Number(new URL(world.fleet.url).port));
    socket.send(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: 30000000\r\nExpect: 100-continue\r\nX-Forwarded-For: ${world.nextAddress()}\r\n` +
        `Authorization: Bearer ${world.base.token()}x\r\n\r\n`,
    );

    expect(await socket.closed()).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('P92 nobody without a token learns a version or a principal', async () => {
    const openAnswers = await Promise.all(
      ['/health', '/ready', '/metrics', '/stats', '/v1/usage'].map(async (path) => {
        const answer = await fetch(`${world.fleet.url}${path}`);
        return `${path} ${answer.status} ${[...answer.headers].join()} ${await answer.text()}`;
      }),
    );

    expect(openAnswers.map((text) => text.split(' ', 2).join(' '))).toEqual([
      '/health 200',
      '/ready 200',
      '/metrics 404',
      '/stats 401',
      '/v1/usage 401',
    ]);
    for (const text of openAnswers) expect(text).not.toMatch(/\d+\.\d+\.\d+|u-basic|express|127\.0\.0\.1/i);
  });

  test('T112 a token of 5 MB is refused by the size of the header, and costs the judge nothing', async () => {
    const huge = 'a'.repeat(5_000_000);
    const socket = await openRawSocket(Number(new URL(world.fleet.url).port));
    socket.send(`GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${huge}`);
    await socket.until(/^HTTP\/1\.1 431 /);
    socket.destroy();
    const cpu = process.cpuUsage();

    for (let run = 0; run < 100; run += 1) preParseToken(huge);

    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1_000 / 100).toBeLessThan(1);
    expect(huge.length).toBeGreaterThan(maxTokenLength);
  });
});

describe('one-time tokens', () => {
  test('T105 of twenty uses at two pods at once exactly one is let in', async () => {
    const token = world.by.once.token();

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => world.bearer(token, { pod: index % 2 })),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(new Set(others.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['401 invalid_token']));
    for (const { requestId } of others) expected.push({ requestId, name: 'T105', reason: 'token_replayed:jti' });
  });

  test('T105 two tokens of different ids are two, and a refused one is not used up', async () => {
    const unpoliced = world.by.once.token({ claims: { amr: ['pwd'] } });

    expect((await world.bearer(world.by.once.token())).status).toBe(200);
    expect((await world.bearer(world.by.once.token())).status).toBe(200);
    expect((await world.bearer(unpoliced)).code).toBe('mfa_required');
    expect((await world.bearer(unpoliced)).code).toBe('mfa_required');
  });

  test('T106 a token without an id, or with an empty one', async () => {
    const missing = await world.bearer(world.by.once.token({ claims: { jti: undefined } }));
    const empty = await world.bearer(world.by.once.token({ claims: { jti: '' } }));

    expect([missing.code, empty.code]).toEqual(['invalid_token', 'invalid_token']);
    expected.push({ requestId: missing.requestId, name: 'T106', reason: 'token_id_missing:jti' });
  });

  test('a base token is used as often as its holder likes', async () => {
    const token = world.base.token();
    const codes = [await world.bearer(token), await world.bearer(token), await world.bearer(token, { pod: 1 })];

    expect(codes.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe('who it is', () => {
  const principalOf = (answer: TokenAnswer) => (JSON.parse(answer.body) as { principal: string }).principal;
  const usage = (token: string, headers: Readonly<Record<string, string>> = {}) =>
    world.chat({ authorization: `Bearer ${token}`, ...headers }, { path: '/v1/usage' });

  test('T76 T77 subjects are opaque: prototype names, and NFC and NFD twins that are two principals', async () => {
    const subjects = ['__proto__', 'constructor', 'J\u00e9r\u00f4me', 'Je\u0301ro\u0302me'];

    const answers = await Promise.all(subjects.map((sub) => usage(world.base.token({ claims: { sub } }))));

    expect(answers.map(principalOf)).toEqual(subjects);
    expect(new Set(answers.map(principalOf)).size).toBe(4);
  });

  test('T99 the same subject of two issuers is two principals', async () => {
    expect(principalOf(await usage(world.base.token()))).toBe('u-basic');
    expect(principalOf(await usage(world.by.single.token()))).toBe('single#u-basic');
  });

  test("T101 an issuer names none of another issuer's groups", async () => {
    const groups = ['secrouter-admins'];
    const stats = (token: string) => world.bearer(token, { path: '/stats' });

    expect((await stats(world.base.token({ claims: { groups } }))).status).toBe(200);
    expect((await stats(world.by.single.token({ claims: { groups } }))).code).toBe('admin_required');
    expect((await stats(world.by.single.token({ claims: { groups: ['#secrouter-admins'] } }))).code).toBe(
      'admin_required',
    );
  });

  test('T119 the delegation header of a non-delegator is inert', async () => {
    const answer = await usage(world.base.token(), { 'x-sec-acting-user': 'u-admin' });

    expect([answer.status, principalOf(answer)]).toEqual([200, 'u-basic']);
  });

  test('T120 a delegator acts for a user within its ceiling, and for nobody beyond it', async () => {
    const token = () => world.base.token({ claims: { sub: 'chat-front' } });
    const user = { 'x-sec-acting-user': 'u-42' };

    expect(principalOf(await usage(token(), user))).toBe('u-42');
    expect((await usage(token(), { ...user, 'x-sec-acting-groups': 'finance' })).status).toBe(200);
    expect((await usage(token(), { ...user, 'x-sec-acting-groups': 'finance,secrouter-admins' })).status).toBe(403);
    expect((await usage(token(), { 'x-sec-acting-groups': 'finance' })).code).toBe('invalid_request');
    expect((await usage(token(), { 'x-sec-acting-user': 'single#u-basic' })).status).toBe(403);
  });
});

describe('administration asks for more', () => {
  const stats = (claims: Readonly<Record<string, unknown>>) =>
    world.bearer(
      world.by.admin.token({
        claims: {
          aud: ['secrouter', 'secrouter-admin'],
          groups: ['secrouter-admins'],
          scope: 'administer',
          auth_time: Math.floor(Date.now() / 1_000) - 5,
          ...claims,
        },
      }),
      { path: '/stats' },
    );

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['everything', {}, '200 undefined'],
    ['no right', { groups: [] }, '403 admin_required'],
    ['no admin audience', { aud: 'secrouter' }, '403 admin_required'],
    ['no admin scope', { scope: 'openid' }, '403 insufficient_scope'],
    ['no sign-in time', { auth_time: undefined }, '401 auth_too_old'],
    ['an old sign-in', { auth_time: 1_000 }, '401 auth_too_old'],
  ])('GET /stats with %s: %s', async (_name, claims, outcome) => {
    const answer = await stats(claims);

    expect(`${answer.status} ${answer.code}`).toBe(outcome);
    if (answer.code === 'insufficient_scope') expect(answer.challenge).toContain('scope="administer"');
    if (answer.code === 'auth_too_old') expect(answer.challenge).toContain('max_age=600');
  });

  test('the same token without them still chats', async () => {
    expect((await world.bearer(world.by.admin.token())).status).toBe(200);
  });
});

describe('the trail', () => {
  test('holds the reason of every refusal, and tags service subjects (T98)', async () => {
    const wanted = expected.filter(({ requestId }) => requestId !== '');
    const ids = [...wanted.map(({ requestId }) => requestId), ...requestsOfService];
    let leaves = await world.trail(ids);
    await until(
      async () => {
        leaves = await world.trail(ids);
        return ids.every((id) => leaves.has(id));
      },
      TRAIL_DEADLINE_MS,
      () => `no leaf for ${wanted.filter(({ requestId }) => !leaves.has(requestId)).map((row) => row.name)}`,
    );

    expect(wanted.length).toBeGreaterThan(150);
    for (const row of wanted) {
      const [leaf] = leaves.get(row.requestId) ?? [];
      const reason = (leaf?.detail as { reason?: string } | undefined)?.reason ?? '';
      expect(`${row.name} ${reason.slice(0, row.reason.length)}`).toBe(`${row.name} ${row.reason}`);
    }
    const [success] = (leaves.get(requestsOfService[0] ?? '') ?? []).filter(({ type }) => type === 'auth.success');
    expect(success?.detail).toMatchObject({ service: true });
  });

  test('no token is in a log, a queue, a table or a file', async () => {
    const marker = 'planted7f3ac1marker';
    const markerBytes = Buffer.from(marker).toString('base64url').slice(2, -2);
    const good = world.base.token({ claims: { jti: marker, plant: marker }, header: { kid: 'base-1' } });
    const bad = `${good.slice(0, -6)}AAAAAA`;
    const once = world.by.once.token({ claims: { jti: marker } });
    const pieces = [good, bad, once].flatMap((token) => token.split('.'));
    const answers = [
      await world.bearer(good),
      await world.bearer(bad),
      await world.bearer(once),
      await world.bearer(once),
      await world.bearer(world.base.token({ claims: { jti: marker, amr: [marker] } })),
      await world.chat({}, { path: `/v1/chat/completions?access_token=${good}` }),
      await world.chat({ 'x-api-key': bad }),
      await world.chat({ cookie: `t=${good}` }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 401, 401, 401, 401, 401]);
    const ids = answers.map(({ requestId }) => requestId);
    await until(
      async () => (await world.trail(ids)).size === ids.length,
      TRAIL_DEADLINE_MS,
      () => 'the trail lacks these requests',
    );

    const output = [...world.fleet.pods.map((pod) => pod.output()), world.fleet.policyServerOutput].join('\n');
    const files = filesBelow(world.fleet.directory).map((path) => readFileSync(path, 'latin1'));
    const texts = [marker, markerBytes, ...pieces.filter((text) => text.length > 40)];
    for (const text of texts) {
      expect(output.includes(text)).toBe(false);
      expect(files.some((content) => content.includes(text))).toBe(false);
    }
    expect(await world.placesHolding(texts)).toEqual([]);
    // The search itself finds what is there: a principal is in tables, and hashes of one-time ids are in Redis.
    expect((await world.placesHolding(['u-basic', ':token:'])).length).toBeGreaterThan(1);
    for (const { body, challenge } of answers) expect(body + challenge).not.toContain(marker);
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
