// F47: what happens to somebody who is revoked in the middle of an answer, also where the pod is cut off from the policy
// server and hears of it through Redis alone.
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { redisKeys } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { openTestPool } from '../support/database.ts';
import { Fleet } from '../support/fleet.ts';
import { type Revocations, revocationsOf } from '../support/revocations.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

/** What the specification gives a running stream. */
const ENDS_WITHIN_MS = 5_000;
const DEADLINE_MS = 20_000;
const keys = redisKeys('main');

let fleet: Fleet;
let toPolicyServer: TcpProxy;
let pool: pg.Pool;
let redis: Redis;
let revocations: Revocations;

beforeAll(async () => {
  const podEnvironment: Record<string, string> = {};
  fleet = await Fleet.start({ pods: 0, podEnvironment });
  toPolicyServer = await TcpProxy.start(fleet.policyPort);
  podEnvironment.SECROUTER_POLICY_URL = `127.0.0.1:${toPolicyServer.port}`;
  await fleet.startPod('pod-1');
  pool = openTestPool(fleet.postgres.url);
  redis = new Redis(fleet.redis.url);
  revocations = await revocationsOf(fleet, pool);
});
afterAll(async () => {
  redis?.disconnect();
  await pool?.end();
  await fleet?.close();
  await toPolicyServer?.close();
});
beforeEach(() => control({ reset: true, settings: { chunksPerSecond: 20 }, rules: [SLOW_ANSWER] }));

const SLOW_ANSWER = { answer: 'word ', repeat: 4_000 };

async function control(body: unknown): Promise<void> {
  const answer = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`control: ${answer.status} ${await answer.text()}`);
}

const bodyOf = (stream: boolean) =>
  JSON.stringify({ model: 'local/small', stream, messages: [{ role: 'user', content: 'Tell me a long story' }] });

function chat(token: string, stream = true): Promise<Response> {
  return fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: bodyOf(stream),
  });
}

/** Whether this token is let in, and why not. */
async function admission(token: string): Promise<string> {
  const answer = await fetch(`${fleet.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as { error?: { code: string } };
  return `${answer.status} ${body.error?.code ?? ''}`.trim();
}

const becomes = (token: string, expected: string) =>
  until(
    async () => (await admission(token)) === expected,
    DEADLINE_MS,
    () => `never ${expected}`,
  );

interface RunningStream {
  readonly text: () => string;
  readonly requestId: string;
  readonly ended: Promise<void>;
}

/** A stream whose first words have arrived. */
async function startStream(token: string): Promise<RunningStream> {
  const answer = await chat(token);
  expect(answer.status).toBe(200);
  let text = '';
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true });
  })();
  await until(
    () => text.includes('word'),
    DEADLINE_MS,
    () => `no words: ${text}`,
  );
  return { text: () => text, requestId: answer.headers.get('x-request-id') ?? '', ended };
}

const timeout = (ms: number) => new Promise<never>((_, reject) => setTimeout(reject, ms, new Error('still streams')));

async function expectRevokedEnding(stream: RunningStream): Promise<void> {
  await Promise.race([stream.ended, timeout(ENDS_WITHIN_MS)]);
  expect(stream.text()).toMatch(/\n\ndata: \{"error":\{[^\n]*"code":"revoked"[^\n]*\}\}\n\n$/);
  expect(stream.text()).not.toContain('[DONE]');
}

/** The books of a request: exactly one row, and nothing held for it any more. */
async function expectSettled(requestId: string): Promise<Record<string, unknown>> {
  const read = async () =>
    (await pool.query('SELECT *, output_tokens::int AS words FROM usage_events WHERE request_id = $1', [requestId]))
      .rows;
  await until(
    async () => (await read()).length > 0,
    DEADLINE_MS,
    () => 'no usage row',
  );
  const rows = await read();
  expect(rows).toHaveLength(1);
  return rows[0] as Record<string, unknown>;
}

async function expectNothingReserved(): Promise<void> {
  expect(await redis.zcard(keys.leases)).toBe(0);
  const counters = await redis.keys(`${keys.base}:counter:*`);
  expect(counters.length).toBeGreaterThan(0);
  for (const counter of counters) expect(Number((await redis.hget(counter, 'reserved')) ?? 0)).toBe(0);
}

function claimsOf(token: string): { sub: string; jti: string; client_id: string } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

const KINDS = [
  ['principal', (token: string) => claimsOf(token).sub],
  ['token', (token: string) => claimsOf(token).jti],
  ['client', (token: string) => claimsOf(token).client_id],
] as const;

describe('F47 revoking', () => {
  test.each(KINDS)(
    'a %s ends its stream within 5 s, settled and recorded, until it is reinstated',
    async (kind, of) => {
      const token = await fleet.token('basic');
      const stream = await startStream(token);

      const id = await revocations.revoke(kind, of(token));

      await expectRevokedEnding(stream);
      expect(await admission(token)).toBe('403 revoked');
      const row = await expectSettled(stream.requestId);
      expect(row).toMatchObject({ principal: claimsOf(token).sub, outcome: 'client_cancelled', estimated: true });
      expect(row.words).toBeGreaterThan(0);
      await expectNothingReserved();
      await revocations.reinstate(id);
      await becomes(token, '200');
    },
  );

  test('a principal leaves the streams of others alone', async () => {
    const [token, other] = await Promise.all([fleet.token('basic'), fleet.token('power')]);
    const [ended, running] = await Promise.all([startStream(token), startStream(other)]);

    const id = await revocations.revoke('principal', claimsOf(token).sub);

    await expectRevokedEnding(ended);
    const length = running.text().length;
    await until(
      () => running.text().length > length + 1_000,
      DEADLINE_MS,
      () => 'the other stream does not go on',
    );
    expect(running.text()).not.toContain('"error"');
    // Its own turn, so that nothing runs on.
    const otherId = await revocations.revoke('principal', claimsOf(other).sub);
    await expectRevokedEnding(running);
    for (const done of [id, otherId]) await revocations.reinstate(done);
    await becomes(token, '200');
  });

  test('a token ends that token and no other of the same person', async () => {
    const [lost, kept] = [await fleet.token('basic'), await fleet.token('basic')];

    const id = await revocations.revoke('token', claimsOf(lost).jti);

    await becomes(lost, '403 revoked');
    expect(await admission(kept)).toBe('200');
    await revocations.reinstate(id);
    await becomes(lost, '200');
  });

  test('answers 403 to a request that is not streamed and waits for its provider', async () => {
    await control({ reset: true, rules: [{ hangMs: 'forever' }] });
    const token = await fleet.token('basic');
    const answer = chat(token, false);
    await until(
      async () => (await redis.zcard(keys.leases)) === 1,
      DEADLINE_MS,
      () => 'not admitted',
    );

    const id = await revocations.revoke('principal', claimsOf(token).sub);

    const refused = await Promise.race([answer, timeout(ENDS_WITHIN_MS)]);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { code: 'revoked' } });
    await expectSettled(refused.headers.get('x-request-id') ?? '');
    await expectNothingReserved();
    await revocations.reinstate(id);
    await becomes(token, '200');
  });

  test('ends and settles the stream of a client that has stopped reading', async () => {
    await control({
      reset: true,
      settings: { chunksPerSecond: 0 },
      rules: [{ answer: `${'x'.repeat(1_000)} `, repeat: 30_000 }],
    });
    const token = await fleet.token('basic');
    const { socket, text, stalled } = stallingClient(token);
    await stalled;

    const id = await revocations.revoke('principal', claimsOf(token).sub);
    await until(
      async () => (await redis.zcard(keys.leases)) === 0,
      ENDS_WITHIN_MS,
      () => 'the stream still holds its reservation',
    );

    socket.resume();
    await until(
      () => socket.closed,
      DEADLINE_MS,
      () => 'the connection stays open',
    );
    expect(text()).toContain('"code":"revoked"');
    await expectSettled(/^x-request-id: (.*)\r$/im.exec(text())?.[1] ?? '');
    await expectNothingReserved();
    await revocations.reinstate(id);
    await becomes(token, '200');
  });
});

/** A client that takes the first words and then nothing more. */
function stallingClient(token: string) {
  const { hostname, port } = new URL(fleet.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
  socket.on('error', () => undefined);
  const body = bodyOf(true);
  const head = ['POST /v1/chat/completions HTTP/1.1', 'host: gateway', `authorization: Bearer ${token}`];
  head.push('content-type: application/json', `content-length: ${Buffer.byteLength(body)}`);
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const stalled = (async () => {
    await until(
      () => received.includes('chat.completion.chunk'),
      DEADLINE_MS,
      () => `no stream: ${received}`,
    );
    socket.pause();
    // 30 MB are on offer; the pod stops reading them once every buffer between is full.
    let before = 0;
    await until(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        const read = await bytesReadByPod();
        const isStill = read - before < 100_000;
        before = read;
        return isStill;
      },
      DEADLINE_MS,
      () => 'the pod never pauses',
    );
  })();
  return { socket, text: () => received, stalled };
}

async function bytesReadByPod(): Promise<number> {
  const counts = await readFile(`/proc/${fleet.pods[0]?.child.pid}/io`, 'utf8');
  return Number(/^rchar: (\d+)/m.exec(counts)?.[1]);
}

describe('F47 a pod that is cut off from the policy server', () => {
  test.each(KINDS)('hears through Redis that a %s is revoked, and ends its stream within 5 s', async (kind, of) => {
    const token = await fleet.token('basic');
    const stream = await startStream(token);
    toPolicyServer.hold();
    const passedBytes = toPolicyServer.passedBytes;

    const id = await revocations.revoke(kind, of(token));

    await expectRevokedEnding(stream);
    expect(await admission(token)).toBe('403 revoked');
    expect(toPolicyServer.passedBytes).toBe(passedBytes);
    expect(fleet.pods[0]?.output()).toContain('snapshot taken from the mirror');
    await expectSettled(stream.requestId);
    await expectNothingReserved();
    await revocations.reinstate(id);
    await becomes(token, '200');
    expect(toPolicyServer.passedBytes).toBe(passedBytes);
    toPolicyServer.restore();
  });

  test('refuses after a restart too, and hears of the end through a subscription that was broken', async () => {
    const token = await fleet.token('basic');
    toPolicyServer.cut();
    const id = await revocations.revoke('principal', claimsOf(token).sub);
    await becomes(token, '403 revoked');

    await fleet.pods[0]?.stop();
    await fleet.startPod('pod-1');

    expect(await admission(token)).toBe('403 revoked');
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(
      async () => Number((await redis.pubsub('NUMSUB', keys.revocationChannel))[1]) === 1,
      DEADLINE_MS,
      () => 'the pod does not subscribe again',
    );
    await revocations.reinstate(id);
    await becomes(token, '200');
    toPolicyServer.restore();
    await until(
      async () => !(await (await fetch(`${fleet.url}/ready`)).text()).includes('control_plane'),
      DEADLINE_MS,
      () => 'the pod does not find the policy server again',
    );
  });
});
