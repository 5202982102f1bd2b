// Identity providers that die, stall, answer nonsense, rotate or empty their keys, seen from a running pod: a valid user is
// never turned into a 401, and the provider is never asked more often than the back-off says.
import { REFUSALS } from '@secrouter/proto';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet } from '../support/fleet.ts';
import { issuerKey, type KeyFault, type TokenIssuer, TokenIssuers } from '../support/token-issuer.ts';

const DEADLINE_MS = 30_000;
const FLOOD = 10_000;
/** A single source would be turned away, unread, after a thousand failures: floods come from a crowd. */
const SOURCES = 100;

/** What the pod's log calls each fault. */
const FAULTS: readonly (readonly [fault: KeyFault, reason: RegExp])[] = [
  ['down', /unreachable/],
  ['hang', /unreachable|timed_out/],
  ['error', /bad_status/],
  ['html', /not_json/],
  ['garbage', /not_json/],
  ['wrong-type', /not_a_key_set/],
  ['oversized', /too_large/],
  ['redirect', /bad_status/],
  ['empty', /no_usable_key/],
  ['unusable', /no_usable_key/],
  ['other-issuer', /discovery_issuer_mismatch/],
  ['insecure-jwks-uri', /insecure_jwks_uri/],
  ['foreign-host', /jwks_host_changed/],
];

/** At first sight of an address on another https host there is nothing to compare it with: it is tried, and fails. */
const coldReason = (fault: KeyFault, reason: RegExp) => (fault === 'foreign-host' ? /unreachable/ : reason);

let issuers: TokenIssuers;
let fleet: Fleet;
/** Issuers whose keys are cached when the fault begins, and issuers that had it from the start. */
const warm = new Map<KeyFault, TokenIssuer>();
const cold = new Map<KeyFault, TokenIssuer>();
let steady: TokenIssuer;
let rotating: TokenIssuer;
let withdrawing: TokenIssuer;
let ahead: TokenIssuer;
let once: TokenIssuer;
/** Of pods that are started from now on. */
const podEnvironment: Record<string, string> = {};

beforeAll(async () => {
  issuers = await TokenIssuers.start();
  const rules: object[] = [];
  const add = (name: string, more: object = {}): TokenIssuer => {
    const issuer = issuers.add(name);
    rules.push({ issuer: issuer.issuer, audience: 'secrouter', alias: name, ...more });
    return issuer;
  };
  steady = add('steady');
  rotating = add('rotating');
  withdrawing = add('withdrawing', { jwksCacheTtlSec: 2 });
  ahead = add('ahead');
  ahead.clockOffsetMs = 600_000;
  once = add('once', { trackJti: true });
  for (const [fault] of FAULTS) {
    warm.set(fault, add(`warm-${fault}`, { jwksCacheTtlSec: 2 }));
    const issuer = add(`cold-${fault}`);
    issuer.fault = fault;
    cold.set(fault, issuer);
  }
  fleet = await Fleet.start({
    podEnvironment,
    configure: (config) => {
      config.security.trustedProxies = ['127.0.0.1/32'];
      config.security.oidc = rules;
      config.security.policy.default.budgets = [];
      config.security.policy.users = {};
    },
  });
  // The pod is ready with the first issuer's keys; these tests begin when the others are there too.
  for (const issuer of [...warm.values(), steady, rotating, withdrawing, ahead, once])
    await until(
      async () => (await ask(issuer.token())).status === 200,
      DEADLINE_MS,
      () => `no keys of ${issuer.issuer}`,
    );
});
afterAll(async () => {
  await fleet?.close();
  await issuers?.close();
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  readonly message: string | undefined;
  readonly ms: number;
}

async function ask(token: string, url = fleet.url): Promise<Answer> {
  const startedMs = performance.now();
  const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await answer.json()) as { error?: { code: string; message: string } };
  return {
    status: answer.status,
    code: body.error?.code,
    retryAfter: answer.headers.get('retry-after'),
    message: body.error?.message,
    ms: performance.now() - startedMs,
  };
}

/** Reasons that the first pod logged for an issuer. */
function alarmsOf(issuer: TokenIssuer): string {
  return (fleet.pods[0]?.output() ?? '')
    .split('\n')
    .filter((line) => line.includes(`"${issuer.issuer}"`))
    .join('\n');
}

const seconds = (startedMs: number) => (performance.now() - startedMs) / 1_000;

/** Attempts that a back-off of 1 s, 2 s, 4 s … allows in this time, and the first one. */
function attemptsWithin(elapsedSeconds: number): number {
  return 2 + Math.floor(Math.log2(elapsedSeconds + 1));
}

describe('with keys cached', () => {
  test.each(FAULTS)(
    'T115 F27 F29 a provider that answers "%s": 200 from the last good keys, and an alarm',
    async (fault, reason) => {
      const issuer = warm.get(fault)!;
      expect((await ask(issuer.token())).status).toBe(200);

      issuer.fault = fault;
      await until(
        () => reason.test(alarmsOf(issuer)),
        DEADLINE_MS,
        () => `no alarm for ${fault}:\n${alarmsOf(issuer)}`,
      );
      const answer = await ask(issuer.token());
      const unknown = await ask(issuer.token({ key: issuerKey('ES256', 'never-seen') }));

      expect(answer.status).toBe(200);
      expect(alarmsOf(issuer)).toContain('sign-in keys could not be refreshed');
      // A key that nobody can look up at the moment is our trouble.
      expect(`${unknown.status} ${unknown.code}`).toBe('503 idp_unavailable');
    },
  );

  test('F27 the pod recovers by itself, with a key that is new since', async () => {
    const issuer = warm.get('empty')!;

    issuer.rotate(issuerKey('ES256', 'after-the-outage'), { keepOld: false });
    issuer.fault = 'none';

    await until(
      async () => (await ask(issuer.token())).status === 200,
      DEADLINE_MS,
      () => 'the new key was never found',
    );
  });

  test('F27 a pod that restarts during the outage serves the keys that it has on disk', async () => {
    const issuer = warm.get('down')!;
    const [pod] = fleet.pods;

    await pod?.stop();
    await fleet.startPod('pod-1');

    expect((await ask(issuer.token())).status).toBe(200);
  });
});

describe('with nothing cached', () => {
  test.each(FAULTS)('T116 T117 F28 a provider that answers "%s": 503 at once, never 401', async (fault, reason) => {
    const issuer = cold.get(fault)!;

    const answers: Answer[] = [];
    for (let index = 0; index < 20; index += 1) answers.push(await ask(issuer.token()));

    expect(new Set(answers.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['503 idp_unavailable']));
    expect(answers[0]?.message).toBe(REFUSALS.idp_unavailable.message);
    expect(Number(answers[0]?.retryAfter)).toBeGreaterThan(0);
    expect(Number(answers[0]?.retryAfter)).toBeLessThanOrEqual(60);
    // The fastest of them: what the pod costs, and not what else this machine does.
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeLessThan(10);
    expect(coldReason(fault, reason).test(alarmsOf(issuer)) || fault === 'hang').toBe(true);
  });

  test('F28 the first answer of the provider ends it', async () => {
    const issuer = cold.get('error')!;

    issuer.fault = 'none';

    await until(
      async () => (await ask(issuer.token())).status === 200,
      70_000,
      () => 'the keys were never fetched',
    );
  });
});

describe('keys that change', () => {
  test('T113 a new kid is found with one fetch, by all who wait for it', async () => {
    const before = rotating.fetches.keys;
    const old = rotating.token();
    rotating.rotate(issuerKey('ES256', 'second'), { keepOld: true });

    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(rotating.token())));

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(rotating.fetches.keys).toBe(before + 1);
    expect((await ask(old)).status).toBe(200);
  });

  test('T114 a withdrawn key is 401 within the TTL, also for a token that was accepted a moment ago', async () => {
    const token = withdrawing.token();
    expect((await ask(token)).status).toBe(200);

    withdrawing.rotate(issuerKey('ES256', 'successor'), { keepOld: false });
    const startedMs = performance.now();
    await until(
      async () => (await ask(token)).status === 401,
      DEADLINE_MS,
      () => 'the withdrawn key still counts',
    );

    expect(seconds(startedMs)).toBeLessThan(4);
    expect((await ask(token)).code).toBe('invalid_token');
    expect((await ask(withdrawing.token())).status).toBe(200);
  });
});

describe('floods of unknown kids', () => {
  /** Distinct kids over unverifiable signatures, from many sources; the tokens differ in nothing else. */
  async function flood(issuer: TokenIssuer): Promise<Map<number, number>> {
    const [, payload, signature] = issuer.token().split('.');
    const pool = new Pool(fleet.url, { connections: 32 });
    const counts = new Map<number, number>();
    let next = 0;
    const worker = async () => {
      for (let index = next++; index < FLOOD; index = next++) {
        const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `evil-${index}` }));
        const token = `${header.toString('base64url')}.${payload}.${signature}`;
        const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': `10.9.0.${index % SOURCES}` };
        const answer = await pool.request({ path: '/v1/models', method: 'GET', headers });
        await answer.body.dump();
        counts.set(answer.statusCode, (counts.get(answer.statusCode) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    await pool.close();
    return counts;
  }

  test('T28 ten thousand are 401 each and cause at most one fetch in 30 s', async () => {
    const before = steady.fetches.keys;
    const startedMs = performance.now();

    const counts = await flood(steady);

    expect([...counts]).toEqual([[401, FLOOD]]);
    expect(steady.fetches.keys - before).toBeLessThanOrEqual(1 + Math.floor(seconds(startedMs) / 30));
    expect((await ask(steady.token())).status).toBe(200);
  });

  test('T28 T116 ten thousand in an outage cause no fetch beyond the back-off', async () => {
    const before = rotating.fetchCount;
    rotating.fault = 'down';
    const startedMs = performance.now();

    const counts = await flood(rotating);

    // Until the first attempt has failed the keys are believed complete: those are 401.
    expect((counts.get(503) ?? 0) + (counts.get(401) ?? 0)).toBe(FLOOD);
    expect(rotating.fetchCount - before).toBeLessThanOrEqual(attemptsWithin(seconds(startedMs)));
    expect((await ask(rotating.token())).status).toBe(200);
  });

  test('T116 ten thousand with nothing cached are 503 and cause no fetch beyond the back-off', async () => {
    const issuer = cold.get('down')!;
    const before = issuer.fetchCount;
    const startedMs = performance.now();

    const counts = await flood(issuer);

    expect([...counts]).toEqual([[503, FLOOD]]);
    expect(issuer.fetchCount - before).toBeLessThanOrEqual(attemptsWithin(seconds(startedMs)));
  });
});

describe('clocks', () => {
  test('T118 a provider ten minutes ahead is an alarm, and its tokens are judged by our clock', async () => {
    const providerSeconds = Math.floor((Date.now() + 600_000) / 1_000);
    const early = ahead.token({ claims: { iat: providerSeconds, exp: providerSeconds + 300 } });

    expect((await ask(early)).code).toBe('invalid_token');
    expect((await ask(ahead.token())).status).toBe(200);
    const [alarm] = alarmsOf(ahead).split('\n');
    expect(alarm).toContain("this pod's clock and the identity provider's differ");
    const skewMs = Number(/"clockSkewMs":(-?\d+)/.exec(alarm ?? '')?.[1]);
    expect(skewMs).toBeGreaterThan(590_000);
    expect(skewMs).toBeLessThan(610_000);
  });
});

describe('a pod whose own clock is off', () => {
  /** A pod that is `offsetMs` ahead of this machine. */
  async function podAhead(podId: string, offsetMs: number) {
    const module = `const now = Date.now; Date.now = () => now() + (${offsetMs});`;
    podEnvironment.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(module)}`;
    try {
      return await fleet.startPod(podId);
    } finally {
      delete podEnvironment.NODE_OPTIONS;
    }
  }

  test.each<[string, number, string, string]>([
    ['ten minutes ahead', 600_000, '401 token_expired', '200 undefined'],
    ['ten minutes behind', -600_000, '401 invalid_token', '401 invalid_token'],
  ])('T118 %s raises an alarm, and judges by its clock', async (name, offsetMs, fresh, long) => {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const pod = await podAhead(`pod-${name.split(' ').at(-1)}`, offsetMs);

    const answers = [
      await ask(steady.token(), pod.url),
      await ask(steady.token({ claims: { exp: nowSeconds + 1_200 } }), pod.url),
      await ask(steady.token({ claims: { iat: nowSeconds + offsetMs / 1_000, exp: nowSeconds + 1_200 } }), pod.url),
    ];

    expect(answers.map(({ status, code }) => `${status} ${code}`)).toEqual([fresh, long, '200 undefined']);
    const alarmOf = (output: string) =>
      output
        .split('\n')
        .find((line) => line.includes("clock and the identity provider's differ") && line.includes(steady.issuer));
    // What the pod has written reaches this process when it gets to read it.
    await until(
      () => alarmOf(pod.output()) !== undefined,
      5_000,
      () => pod.output(),
    );
    const skewMs = Number(/"clockSkewMs":(-?\d+)/.exec(alarmOf(pod.output()) ?? '')?.[1]);
    expect(Math.abs(skewMs + offsetMs)).toBeLessThan(10_000);
    await pod.stop();
  });
});

describe('one-time tokens while Redis does not answer', () => {
  test('are 503 within its time-out, and let in when it is back; other tokens are judged as ever', async () => {
    process.kill(fleet.redis.pid!, 'SIGSTOP');
    try {
      const first = await ask(once.token());
      const other = await ask(steady.token());

      expect(`${first.status} ${first.code} ${first.retryAfter}`).toBe('503 idp_unavailable 1');
      expect(first.ms).toBeLessThan(1_000);
      expect(other.status).toBe(200);
    } finally {
      process.kill(fleet.redis.pid!, 'SIGCONT');
    }
    await until(
      async () => (await ask(once.token())).status === 200,
      DEADLINE_MS,
      () => 'Redis is back and one-time tokens are not',
    );
  });
});
