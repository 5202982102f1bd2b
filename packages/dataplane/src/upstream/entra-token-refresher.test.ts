import { beforeEach, describe, expect, test } from 'vitest';
import type { FormRequest, TokenReading } from './entra-token.ts';
import { EntraTokenRefresher } from './entra-token-refresher.ts';
import { FakeClock, settle } from './fake-clock.ts';

const ENTRA = {
  tenantId: 'tenant',
  clientId: 'client',
  clientSecretEnv: 'SECRET',
  authority: 'https://login.example',
  scope: 'scope',
};
const HOUR_MS = 3_600_000;
const patient = new AbortController().signal;

interface Call {
  readonly request: FormRequest;
  readonly answer: (token: string, expiresIn?: number) => void;
  readonly status: (status: number) => void;
  readonly fail: () => void;
}

let clock: FakeClock;
let calls: Call[];
let readings: TokenReading[];
let secret: string | undefined;
let refresher: EntraTokenRefresher;

beforeEach(() => {
  clock = new FakeClock();
  calls = [];
  readings = [];
  secret = 'the-secret';
  refresher = new EntraTokenRefresher({
    entra: ENTRA,
    caFile: undefined,
    readSecret: () => secret,
    post: (request) =>
      new Promise((resolve, reject) => {
        const respond = (status: number, body: unknown) => resolve({ status, body: Buffer.from(JSON.stringify(body)) });
        calls.push({
          request,
          answer: (token, expiresIn = 3_600) =>
            respond(200, { token_type: 'Bearer', access_token: token, expires_in: expiresIn }),
          status: (status) => respond(status, { error: 'invalid_client' }),
          fail: () => reject(new Error('no route for the-secret')),
        });
      }),
    nowMs: () => clock.nowMs,
    wait: clock.wait,
    onAttempt: (reading) => readings.push(reading),
  });
});

/** The token that a request gets now, when the authority answers its first call with this. */
async function firstToken(token = 'one', expiresIn = 3_600): Promise<string | undefined> {
  const pending = refresher.token(patient);
  calls.at(-1)?.answer(token, expiresIn);
  return await pending;
}

describe('the first requests', () => {
  test('share one attempt, and later ones its token', async () => {
    const pending = Array.from({ length: 50 }, () => refresher.token(patient));
    calls[0]?.answer('one');

    expect(new Set(await Promise.all(pending))).toEqual(new Set(['one']));
    expect(await refresher.token(patient)).toBe('one');
    expect(calls).toHaveLength(1);
    expect(calls[0]?.request).toMatchObject({ timeoutMs: 5_000, maxBytes: 65_536 });
  });

  test('leave at their own deadline, and the attempt goes on', async () => {
    const leaving = new AbortController();
    const left = refresher.token(leaving.signal);
    leaving.abort();

    expect(await left).toBeUndefined();
    calls[0]?.answer('one');
    await settle();
    expect(await refresher.token(patient)).toBe('one');
    expect(calls).toHaveLength(1);
  });

  test('get nothing and ask nobody where the secret is not set', async () => {
    secret = undefined;

    expect(await refresher.token(patient)).toBeUndefined();
    expect(calls).toEqual([]);
    expect(readings).toEqual([{ outcome: 'failed', failure: 'secret_missing' }]);
    expect(refresher.isFailing).toBe(true);
  });
});

describe('a token', () => {
  test('is refreshed in the background five minutes before its end, while it still serves', async () => {
    await firstToken();
    await clock.advance(HOUR_MS - 300_001);
    expect(calls).toHaveLength(1);

    await clock.advance(1);

    expect(calls).toHaveLength(2);
    expect(await refresher.token(patient)).toBe('one');
    calls[1]?.answer('two');
    await settle();
    expect(await refresher.token(patient)).toBe('two');
  });

  test('is kept while its refresh fails, tried again after 1, 2, 4 seconds, and gone at its end', async () => {
    await firstToken();
    await clock.advance(HOUR_MS - 300_000);
    for (const [index, delayMs] of [1_000, 2_000, 4_000].entries()) {
      calls[index + 1]?.fail();
      await settle();
      expect(clock.pendingMs).toEqual([delayMs]);
      expect(await refresher.token(patient)).toBe('one');
      await clock.advance(delayMs);
    }
    expect(calls).toHaveLength(5);

    await clock.advance(HOUR_MS);

    const pending = refresher.token(patient);
    calls.at(-1)?.fail();
    expect(await pending).toBeUndefined();
    expect(readings.slice(1).every((reading) => reading.outcome === 'failed')).toBe(true);
  });

  test('that never came is asked for by requests, not by a timer, and not within the back-off', async () => {
    const first = refresher.token(patient);
    calls[0]?.status(401);
    expect(await first).toBeUndefined();
    expect(readings).toEqual([{ outcome: 'failed', failure: 'invalid_client' }]);

    expect(await refresher.token(patient)).toBeUndefined();
    expect([calls.length, clock.pendingMs.length]).toEqual([1, 0]);

    await clock.advance(1_000);
    expect(await firstToken('late')).toBe('late');
    expect(refresher.isFailing).toBe(false);
  });
});

describe('a token that the provider refuses', () => {
  test('is replaced for the next request, at most once in 30 seconds', async () => {
    await firstToken();

    refresher.refused('one');
    expect(await firstToken('two')).toBe('two');
    refresher.refused('two');
    expect(await refresher.token(patient)).toBe('two');
    expect(calls).toHaveLength(2);

    await clock.advance(30_000);
    refresher.refused('two');
    expect(await firstToken('three')).toBe('three');
  });

  test('is not the one that is held: nothing happens', async () => {
    await firstToken();

    refresher.refused('older');

    expect(await refresher.token(patient)).toBe('one');
  });

  test('is not brought back by an attempt from before, however late that answers', async () => {
    await firstToken();
    await clock.advance(HOUR_MS - 300_000);
    refresher.refused('one');
    const pending = refresher.token(patient);
    expect(calls).toHaveLength(3);

    calls[2]?.answer('newest');
    expect(await pending).toBe('newest');
    calls[1]?.answer('stale');
    await settle();

    expect(await refresher.token(patient)).toBe('newest');
  });
});

test('closing ends timers and attempts, and asks for nothing more', async () => {
  await firstToken();

  refresher.close();

  expect(clock.pendingMs).toEqual([]);
  expect(await refresher.token(patient)).toBeUndefined();
  expect(calls).toHaveLength(1);
  expect(calls[0]?.request.signal.aborted).toBe(true);
});

test('neither secret nor token is in what an attempt tells of a failure', async () => {
  const pending = refresher.token(patient);
  calls[0]?.fail();
  await pending;

  expect(JSON.stringify(readings)).not.toContain('the-secret');
});
