// A thousand clients that ask for a large stream and read nothing: the pod pauses their providers and stays small.
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet } from '../support/fleet.ts';

const READERS = 1_000;
const MEBIBYTE = 1_048_576;
/** The provider of all these streams runs in this very process. */
const OPENING_MS = 240_000;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start({
    configure: (config) => {
      config.security.policy.default.budgets = [];
    },
  });
});
afterAll(() => fleet?.close());

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${fleet.pods[0]?.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
}

function openReader(token: string): Promise<Socket> {
  const body = JSON.stringify({ model: 'local/small', stream: true, messages: [{ role: 'user', content: 'long' }] });
  const { hostname, port } = new URL(fleet.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    // The first bytes of the answer have come: from here on nothing is read.
    socket.once('readable', () => resolve(socket));
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

test('P81 a thousand slow readers cost less than 300 MB', { timeout: OPENING_MS }, async () => {
  const token = await fleet.token('power');
  const control = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      reset: true,
      settings: { chunksPerSecond: 0 },
      rules: [{ answer: `${'x'.repeat(1_000)} `, repeat: 600 }],
    }),
  });
  expect(control.ok).toBe(true);
  const before = await residentBytes();
  const readers: Socket[] = [];

  try {
    while (readers.length < READERS) {
      readers.push(...(await Promise.all(Array.from({ length: 50 }, () => openReader(token)))));
    }
    const answers = readers.map((socket) => String(socket.read(64) ?? ''));

    expect(answers.every((head) => head.startsWith('HTTP/1.1 200'))).toBe(true);
    expect((await residentBytes()) - before).toBeLessThan(300 * MEBIBYTE);
    expect((await fetch(`${fleet.url}/health`)).status).toBe(200);
  } finally {
    for (const socket of readers) socket.destroy();
  }
  await until(
    async () => (await fetch(`${fleet.url}/ready`)).status === 200,
    10_000,
    () => 'the pod is not well',
  );
});
