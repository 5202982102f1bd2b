// What a client sees, and what the books say, when the provider or the client misbehaves in the middle of a request.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { redisKeys } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { openTestPool } from '../support/database.ts';
import { type ConfigJson, Fleet, PROVIDER_KEY } from '../support/fleet.ts';

const FIRST_BYTE_MS = 700;
const IDLE_MS = 700;
const TOTAL_MS = 2_500;
/** The upstream client counts waits in ticks of half a second, and may end one a tick early. */
const COARSE_TICK_MS = 500;

let fleet: Fleet;
let token: string;
let pool: pg.Pool;
let redis: Redis;
const keys = redisKeys('main');

beforeAll(async () => {
  fleet = await Fleet.start({ configure });
  token = await fleet.token('power');
  pool = openTestPool(fleet.postgres.url);
  redis = new Redis(fleet.redis.url);
});
afterAll(async () => {
  redis?.disconnect();
  await pool?.end();
  await fleet?.close();
});
beforeEach(async () => {
  await control({ reset: true, settings: { chunksPerSecond: 0 } });
  await fetch(`${fleet.modelProvider.url}/control/requests`, { method: 'DELETE' });
});

// One provider under three names: patient, hasty before the first byte and between chunks, and with little time in all.
function configure(config: ConfigJson): void {
  const { local } = config.providers;
  const timeouts = { firstByteStreamMs: FIRST_BYTE_MS, firstByteMs: FIRST_BYTE_MS, idleMs: IDLE_MS };
  config.providers.hasty = { ...local, timeouts };
  config.providers.brief = { ...local, timeouts: { totalMs: TOTAL_MS } };
  const [small] = config.models;
  for (const provider of ['hasty', 'brief']) {
    config.models.push({ ...small, id: `${provider}/small` });
    config.security.egress.allowlist.push({ ...config.security.egress.allowlist[0], provider });
    for (const rule of [config.security.policy.default, config.security.policy.groups['secrouter-power-users']])
      rule.allowedModels.push(`${provider}/small`);
  }
}

async function control(body: unknown): Promise<void> {
  const answer = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`control: ${answer.status} ${await answer.text()}`);
}

interface SeenRequest {
  readonly path: string;
  readonly outcome: string;
  readonly endedAt: string | null;
}

async function seen(): Promise<readonly SeenRequest[]> {
  const answer = await fetch(`${fleet.modelProvider.url}/control/requests`);
  return ((await answer.json()) as SeenRequest[]).filter(({ path }) => path.startsWith('/v1/chat'));
}

function chat(fields: object = {}, signal?: AbortSignal, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: requestBody(fields),
    ...(signal === undefined ? {} : { signal }),
  });
}

function requestBody(fields: object): string {
  const messages = [{ role: 'user', content: 'Tell me something' }];
  return JSON.stringify({ model: 'local/small', stream: true, messages, ...fields });
}

interface UsageRow {
  readonly outcome: string;
  readonly estimated: boolean;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly attempts: number;
  readonly status: number;
}

/** The one usage row of a request, once its books are closed: no lease is left and no counter holds anything. */
async function rowOf(answer: { headers: { get(name: string): string | null } } | string): Promise<UsageRow> {
  const requestId = typeof answer === 'string' ? answer : (answer.headers.get('x-request-id') ?? '');
  return await rowWhere('request_id = $1', requestId);
}

async function rowWhere(condition: string, ...values: unknown[]): Promise<UsageRow> {
  let rows: UsageRow[] = [];
  const columns = 'outcome, estimated, input_tokens::int, output_tokens::int, attempts::int, status::int';
  await until(
    async () => {
      rows = (await pool.query(`SELECT ${columns} FROM usage_events WHERE ${condition}`, values)).rows;
      return rows.length > 0 && (await redis.zcard(keys.leases)) === 0;
    },
    10_000,
    () => `${rows.length} rows`,
  );
  expect(rows).toHaveLength(1);
  await expectNothingReserved();
  return rows[0] as UsageRow;
}

async function expectNothingReserved(): Promise<void> {
  for (const counter of await redis.keys(`${keys.base}:counter:*`))
    expect(Number((await redis.hget(counter, 'reserved')) ?? 0)).toBe(0);
}

describe('a stream', () => {
  test('P69 without usage is counted, and the row says that it was', async () => {
    await control({ rules: [{ omitUsage: true }] });

    const answer = await chat();
    const text = await answer.text();

    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    const row = await rowOf(answer);
    expect(row).toMatchObject({ outcome: 'ok', estimated: true });
    expect(row.input_tokens).toBeGreaterThan(2);
    expect(row.output_tokens).toBeGreaterThan(5);
  });

  test('P71 without [DONE] ends as it ended, is metered and recorded as such', async () => {
    await control({ rules: [{ omitDone: true }] });

    const answer = await chat();
    const text = await answer.text();

    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"error"');
    expect(await rowOf(answer)).toMatchObject({ outcome: 'ok_no_done', estimated: false });
  });

  test.each(['rst', 'fin', 'short-length', 'bad-chunk'])(
    'P72 cut by %s ends in an error event without [DONE] and a closed connection, and is recorded',
    async (how) => {
      await control({ rules: [{ cut: { afterChunks: 3, how } }] });

      const answer = await rawRequest(requestBody({}));
      await Promise.race([
        answer.ended,
        new Promise((_, reject) => setTimeout(reject, 5_000, new Error('still open'))),
      ]);

      expect(answer.text()).not.toContain('[DONE]');
      expect(answer.text()).toMatch(/data: \{"error":\{.*"code":"upstream_error".*\}\}\n\n/);
      const row = await rowOf(answer.header('x-request-id'));
      expect(row).toMatchObject({ outcome: 'upstream_aborted', estimated: true });
      expect(row.output_tokens).toBeGreaterThan(0);
    },
  );

  test('P73 with an error event ends in one of ours, without the words of the provider', async () => {
    await control({
      rules: [{ errorEvent: { afterChunks: 2, error: { message: 'secret host 10.1.2.3', code: 'boom' } } }],
    });

    const answer = await chat();
    const text = await answer.text();

    expect(text).toContain('"type":"upstream_error"');
    expect(text).not.toMatch(/secret|10\.1\.2\.3|\[DONE\]/);
    expect(await rowOf(answer)).toMatchObject({ outcome: 'upstream_error' });
  });

  test('P84 that stalls ends at the idle time-out', async () => {
    await control({ rules: [{ stall: { afterChunks: 2, forMs: 'forever' } }] });
    const startedMs = performance.now();

    const answer = await chat({ model: 'hasty/small' });
    const text = await answer.text();

    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(IDLE_MS - COARSE_TICK_MS);
    expect(text).toContain('"code":"upstream_timeout"');
    expect(await rowOf(answer)).toMatchObject({ outcome: 'timeout' });
    await until(
      async () => (await seen())[0]?.outcome === 'client-gone',
      2_000,
      () => 'the provider still streams',
    );
  });

  test('F33 that drips for ever ends when its total time is over', async () => {
    await control({ rules: [{ drip: { bytes: 5, intervalMs: 50 }, answer: 'x'.repeat(100), repeat: 100 }] });
    const startedMs = performance.now();

    const answer = await chat({ model: 'brief/small' });
    const text = await answer.text();

    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(TOTAL_MS - 50);
    expect(text).toContain('"code":"upstream_timeout"');
    expect(await rowOf(answer)).toMatchObject({ outcome: 'timeout' });
    await until(
      async () => (await seen())[0]?.outcome === 'client-gone',
      2_000,
      () => 'the provider still streams',
    );
  });

  test('P68 with a line that never ends is broken off', async () => {
    await control({ rules: [{ hugeLine: { afterChunks: 1, bytes: 10 * 1024 * 1024 } }] });

    const answer = await chat();
    const text = await answer.text();

    expect(text).toContain('"code":"upstream_protocol"');
    expect(text.length).toBeLessThan(100_000);
    expect(await rowOf(answer)).toMatchObject({ outcome: 'upstream_error' });
  });

  test.each([
    ['P66', { splitBytes: 1 }],
    ['P66', { splitBytes: 3, lineEnding: 'crlf' }],
    ['P67', { lineEnding: 'cr' }],
    ['P67', { byteOrderMark: true, comments: true, eventFields: true }],
    ['P67', { dataWithoutSpace: true, multiLineData: true, lineEnding: 'crlf' }],
  ])('%s arrives with the bytes that the provider sent: %j', async (_row, spelling) => {
    await control({ rules: [{ ...spelling, answer: 'café, 東京, 👋 ', repeat: 20 }] });
    // The provider directly, asked as the gateway asks it: what it says is what must arrive, but for the usage chunk.
    const direct = await fetch(`${fleet.modelProvider.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${PROVIDER_KEY}` },
      body: requestBody({ model: 'small', stream_options: { include_usage: true } }),
    });
    const expected = Buffer.from(await direct.arrayBuffer());

    const answer = await chat({ model: 'local/small', stream_options: { include_usage: true } });
    const received = Buffer.from(await answer.arrayBuffer());

    expect(received.equals(expected)).toBe(true);
    expect(await rowOf(answer)).toMatchObject({ outcome: 'ok', estimated: false });
  });

  test('that the provider answers with one JSON body is metered like one', async () => {
    const body = { choices: [{ message: { content: 'hi' } }], usage: { prompt_tokens: 7, completion_tokens: 5 } };
    await control({ rules: [{ status: 200, body }] });

    const answer = await chat();

    expect(await answer.json()).toEqual(body);
    expect(await rowOf(answer)).toMatchObject({ outcome: 'ok', input_tokens: 7, output_tokens: 5, estimated: false });
  });

  test('leaves its connection to the provider open for the next request', async () => {
    const first = await chat();
    await first.text();

    await until(
      async () => (await seen())[0]?.outcome === 'completed',
      2_000,
      () => 'the stream was broken off',
    );
  });
});

describe('a provider that', () => {
  test('P83 never answers is 504 at the first-byte time-out, settled and charged for what it was sent', async () => {
    await control({ rules: [{ hangMs: 'forever' }] });

    const answer = await chat({ model: 'hasty/small', stream: false });

    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
    expect(answer.headers.get('x-should-retry')).toBe('true');
    const row = await rowOf(answer);
    expect(row).toMatchObject({ outcome: 'timeout', output_tokens: 0, estimated: true });
    expect(row.input_tokens).toBeGreaterThan(0);
  });

  test('cuts a whole answer is 502, never half an answer', async () => {
    await control({ rules: [{ cut: { afterChunks: 1, how: 'fin' } }] });

    const answer = await chat({ stream: false });

    expect(answer.status).toBe(502);
    expect(await rowOf(answer)).toMatchObject({ outcome: 'upstream_aborted' });
  });
});

describe('P82 a kept-alive connection that the provider closes as it is written to', () => {
  test('is replaced once, under the same event id', async () => {
    const provider = await staleProvider();
    const other = await Fleet.start({
      configure: (config) => {
        config.providers.local.baseUrl = `http://127.0.0.1:${provider.port}/v1`;
        config.security.egress.allowlist[0].allowedHost = `127.0.0.1:${provider.port}`;
      },
    });
    try {
      const ask = async () =>
        fetch(`${other.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${await other.token('basic')}` },
          body: requestBody({ stream: false }),
        });

      const first = await ask();
      const second = await ask();

      expect([first.status, second.status]).toEqual([200, 200]);
      expect(provider.requests()).toEqual(['1: answered', '1: closed', '2: answered']);
    } finally {
      await other.close();
      provider.close();
    }
  });

  test('is not replaced when it was new: the provider may have been at work', async () => {
    await control({ rules: [{ disconnect: 'rst' }] });
    // A fresh connection to a provider that nobody talked to before.
    const answer = await chat({ model: 'brief/small', stream: false });

    expect(answer.status).toBe(502);
    expect((await seen()).length).toBeLessThanOrEqual(2);
  });
});

describe('P78 a client that leaves', () => {
  test('before the answer cancels the provider within 100 ms, settled and recorded', async () => {
    await control({ rules: [{ hangMs: 'forever' }] });
    const leaving = new AbortController();
    const answer = chat({ stream: false }, leaving.signal, { 'x-request-id': 'leaver' }).catch(() => undefined);
    await until(
      async () => (await seen()).length === 1,
      5_000,
      () => 'not forwarded',
    );

    const leftAtMs = Date.now();
    leaving.abort();
    await answer;

    expect(await goneAfterMs(leftAtMs)).toBeLessThanOrEqual(100);
    const row = await rowWhere('client_request_id = $1', 'leaver');
    expect(row).toMatchObject({ outcome: 'client_cancelled', output_tokens: 0 });
    expect(row.input_tokens).toBeGreaterThan(0);
    expect(fleet.pods[0]?.output()).not.toContain('request failed unexpectedly');
  });

  test('in the middle of a stream cancels the provider within 100 ms, with partial usage', async () => {
    await control({ settings: { chunksPerSecond: 20 }, rules: [{ answer: 'word ', repeat: 2_000 }] });
    const leaving = new AbortController();
    const answer = await chat({}, leaving.signal);
    const reader = answer.body?.getReader();
    for (let chunk = 0; chunk < 5; chunk += 1) await reader?.read();

    const leftAtMs = Date.now();
    leaving.abort();

    expect(await goneAfterMs(leftAtMs)).toBeLessThanOrEqual(100);
    const row = await rowOf(answer);
    expect(row).toMatchObject({ outcome: 'client_cancelled', estimated: true });
    expect(row.output_tokens).toBeGreaterThan(0);
    expect(row.output_tokens).toBeLessThan(200);
  });
});

async function goneAfterMs(leftAtMs: number): Promise<number> {
  let request: SeenRequest | undefined;
  await until(
    async () => {
      [request] = await seen();
      return request?.outcome === 'client-gone';
    },
    5_000,
    () => `the provider still works: ${request?.outcome}`,
  );
  return Date.parse(request?.endedAt ?? '') - leftAtMs;
}

describe('P80 a client that reads slowly', () => {
  test('pauses the provider; the pod holds little of a large stream, and ends it when the client leaves', async () => {
    await control({ rules: [{ answer: `${'x'.repeat(1_000)} `, repeat: 30_000 }] });
    const answer = await rawRequest(requestBody({}));
    await until(
      () => answer.text().includes('chat.completion.chunk'),
      10_000,
      () => 'no stream',
    );
    answer.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const readBytes = answer.socket.bytesRead;
    const before = await residentBytes();
    await new Promise((resolve) => setTimeout(resolve, 1_000));

    // 30 MB are on offer: neither the client nor the pod has them, and the provider waits.
    expect(answer.socket.bytesRead).toBeLessThan(readBytes + 1_000_000);
    expect((await residentBytes()) - before).toBeLessThan(16 * 1024 * 1024);
    expect((await seen())[0]?.outcome).toBe('open');
    answer.socket.destroy();
    await until(
      async () => (await seen())[0]?.outcome === 'client-gone',
      2_000,
      () => 'the provider still streams',
    );
    expect(await rowOf(answer.header('x-request-id'))).toMatchObject({ outcome: 'client_cancelled' });
  });
});

async function residentBytes(): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${fleet.pods[0]?.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}

describe('a pod that stops', () => {
  test('F34 ends the streams that outlast its drain with an error event, and exits 0 with all of it recorded', async () => {
    const pod = await fleet.startPod('pod-drain');
    await control({ settings: { chunksPerSecond: 5 }, rules: [{ answer: 'word ', repeat: 2_000 }] });
    const stream = await fetch(`${pod.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: requestBody({}),
    });
    const text = stream.text();

    const code = await pod.stop();

    expect(await text).toMatch(/"code":"draining".*\n\n$/s);
    expect(await text).not.toContain('[DONE]');
    expect(code).toBe(0);
    expect((await rowOf(stream)).output_tokens).toBeGreaterThan(0);
    fleet.pods = fleet.pods.filter(({ podId }) => podId !== 'pod-drain');
  });
});

interface RawAnswer {
  readonly socket: Socket;
  readonly text: () => string;
  readonly header: (name: string) => string;
  /** Resolves when the server has closed the connection. */
  readonly ended: Promise<void>;
}

/** A request over a plain socket that shows what became of the connection. */
async function rawRequest(body: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(fleet.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString('utf8')));
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => socket.once('end', () => resolve()).once('close', () => resolve()));
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: gateway',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const header = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'im').exec(received)?.[1] ?? '';
  return { socket, text: () => received, header, ended };
}

/** A provider that answers the first request of its first connection and closes it as the second one arrives. */
async function staleProvider(): Promise<{ port: number; requests: () => readonly string[]; close: () => void }> {
  const log: string[] = [];
  const sockets = new Map<Socket, { number: number; requests: number }>();
  const server: Server = createServer((request: IncomingMessage, response) => {
    request.resume();
    request.once('end', () => {
      const connection = sockets.get(request.socket) ?? { number: 0, requests: 0 };
      connection.requests += 1;
      if (connection.number === 1 && connection.requests === 2) {
        log.push('1: closed');
        request.socket.destroy();
        return;
      }
      log.push(`${connection.number}: answered`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }));
    });
  });
  server.on('connection', (socket) => sockets.set(socket, { number: sockets.size + 1, requests: 0 }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, requests: () => log, close: () => server.close() };
}
