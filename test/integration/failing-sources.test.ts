// F46, scaled down: a source that keeps showing forged tokens is turned away before any cryptography, and nobody else
// notices: neither its neighbours with good tokens, nor other sources, nor the trail.

import type pg from 'pg';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { openTestPool } from '../support/database.ts';
import { Fleet } from '../support/fleet.ts';
import { issuerKey, type TokenIssuer, TokenIssuers } from '../support/token-issuer.ts';

const FAILURES_AT_ONCE = 1_000;
const FAILURES_PER_SECOND = 10;
const SINGLE_LEAVES_PER_MINUTE = 20;
const BURST = 1_500;
const CONNECTIONS = 16;

let issuers: TokenIssuers;
let issuer: TokenIssuer;
let fleet: Fleet;
let database: pg.Pool;

beforeAll(async () => {
  issuers = await TokenIssuers.start();
  issuer = issuers.add('company', issuerKey('RS256', 'company-1'));
  fleet = await Fleet.start({
    configure: (config) => {
      config.security.trustedProxies = ['127.0.0.1/32'];
      config.security.oidc = [{ issuer: issuer.issuer, audience: 'secrouter' }];
      config.security.policy.users = {};
    },
  });
  database = openTestPool(fleet.postgres.url);
});
afterAll(async () => {
  await database?.end();
  await fleet?.close();
  await issuers?.close();
});

interface Answer {
  readonly answer: string;
  readonly retryAfter: string | undefined;
}

async function ask(token: string, source: string, url = fleet.url): Promise<Answer> {
  const { statusCode, headers, body } = await request(`${url}/v1/models`, {
    headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': source },
  });
  const { error } = (await body.json()) as { error?: { code: string } };
  return {
    answer: `${statusCode} ${error?.code ?? ''}`.trim(),
    retryAfter: headers['retry-after'] as string | undefined,
  };
}

let forgeries = 0;
/** A token with another signature: well-formed, of the right length, and unlike any other forgery. */
function forgedToken(genuine = issuer.token()): string {
  const [header, payload, signature = ''] = genuine.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  forgeries += 1;
  bytes.writeUInt32BE(forgeries, 100);
  return `${header}.${payload}.${bytes.toString('base64url')}`;
}

/** So many distinct forgeries, over a few connections; how often each answer came. */
async function burst(count: number, source: (index: number) => string, url = fleet.url): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const genuine = issuer.token();
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) {
      const { answer } = await ask(forgedToken(genuine), source(index), url);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  return counts;
}

/** Uses up what a source has earned since its last burst; the first answer that is not 401. */
async function exhaust(source: string): Promise<Answer> {
  const genuine = issuer.token();
  for (let count = 0; count < FAILURES_AT_ONCE; count += 1) {
    const answer = await ask(forgedToken(genuine), source);
    if (!answer.answer.startsWith('401')) return answer;
  }
  throw new Error('judged without end');
}

const seconds = (startedMs: number) => (performance.now() - startedMs) / 1_000;

/** Tries that a source can have had: what it begins with, what it earned meanwhile, and what was judged side by side. */
const triesWithin = (elapsedSeconds: number) =>
  FAILURES_AT_ONCE + Math.ceil(elapsedSeconds * FAILURES_PER_SECOND) + CONNECTIONS;

describe('F46 a source of forged tokens', () => {
  const forger = '203.0.113.7';
  const good = () => issuer.token();

  test('is 401 until its tries are used up, then 429 with a time to wait, while good tokens go on', async () => {
    const known = good();
    expect((await ask(known, forger)).answer).toBe('200');
    const startedMs = performance.now();

    const counts = await burst(BURST, () => forger);

    expect([...counts.keys()].sort()).toEqual(['401 invalid_token', '429 too_many_failures']);
    expect(counts.get('401 invalid_token')).toBeGreaterThanOrEqual(FAILURES_AT_ONCE);
    expect(counts.get('401 invalid_token')).toBeLessThanOrEqual(triesWithin(seconds(startedMs)));
    expect((await ask(known, forger)).answer).toBe('200');
  });

  test('is told when to come back', async () => {
    const refused = await exhaust(forger);

    expect(refused.answer).toBe('429 too_many_failures');
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1);
    expect(Number(refused.retryAfter)).toBeLessThanOrEqual(1 + Math.ceil((2 * CONNECTIONS) / FAILURES_PER_SECOND));
  });

  test('leaves another source unaffected, with good tokens and with bad ones', async () => {
    expect((await ask(good(), '203.0.113.8')).answer).toBe('200');
    expect((await ask(forgedToken(), '203.0.113.8')).answer).toBe('401 invalid_token');
  });

  test('earns tries back, so that a good token that nobody knew is let in again', async () => {
    const unknown = good();
    await until(
      async () => (await ask(unknown, forger)).answer === '200',
      10_000,
      () => 'the source waits for ever',
    );
  });

  test('repeats one forgery: 401 from memory, as often as it has tries, and no worse afterwards', async () => {
    const source = '203.0.113.9';
    const forgery = forgedToken();
    const answers = new Set<string>();

    for (let count = 0; count < 50; count += 1) answers.add((await ask(forgery, source)).answer);

    expect([...answers]).toEqual(['401 invalid_token']);
    expect((await ask(good(), source)).answer).toBe('200');
  });

  test('leaves few leaves: at most 20 a minute singly, the rest counted, and the sum adds up', async () => {
    // A pod of its own, for addresses are in the trail as commitments alone.
    const pod = await fleet.startPod('pod-leaves');
    const startedMs = performance.now();
    const counts = await burst(BURST, () => '203.0.113.77', pod.url);
    const minutes = 1 + Math.ceil(seconds(startedMs) / 60);

    // The last minute is written when the pod stops.
    expect(await pod.stop()).toBe(0);
    fleet.pods = fleet.pods.filter((other) => other !== pod);

    for (const [answer, count] of counts) {
      const code = answer.split(' ')[1] ?? '';
      const leaves = await leavesOf(pod.podId, code, count);
      const single = leaves.filter(({ reason }) => reason !== 'counted');
      const counted = leaves.filter(({ reason }) => reason === 'counted');
      expect(single.length).toBeGreaterThan(0);
      expect(single.length).toBeLessThanOrEqual(SINGLE_LEAVES_PER_MINUTE * minutes);
      expect(counted.length).toBeGreaterThan(0);
      expect(counted.length).toBeLessThanOrEqual(minutes);
    }
  });

  test('of IPv6 is its /64, however it is spelled', async () => {
    const addresses = (index: number) => `2001:db8:7:1:${index.toString(16)}::${(index % 7) + 1}`;
    const startedMs = performance.now();

    const counts = await burst(BURST, addresses);

    expect(counts.get('401 invalid_token')).toBeLessThanOrEqual(triesWithin(seconds(startedMs)));
    expect(counts.get('429 too_many_failures')).toBeGreaterThan(0);
    expect((await exhaust(addresses(1))).answer).toBe('429 too_many_failures');
    expect((await ask(forgedToken(), '2001:0db8:0007:0001:ffff::1')).answer).toBe('429 too_many_failures');
    expect((await ask(forgedToken(), '2001:db8:7:2::1')).answer).toBe('401 invalid_token');
  });
});

/** The leaves of a pod and code, once they account for so many refusals. */
async function leavesOf(podId: string, code: string, refusals: number) {
  let leaves: { reason: string; count: number }[] = [];
  await until(
    async () => {
      const { rows } = await database.query<{ body: string }>(
        `SELECT body FROM audit_leaves WHERE body::jsonb->>'podId' = $1 AND outcome = $2`,
        [podId, code],
      );
      leaves = rows.map(({ body }) => {
        const { reason, count = 1 } = (JSON.parse(body) as { detail: { reason: string; count?: number } }).detail;
        return { reason, count };
      });
      return leaves.reduce((sum, { count }) => sum + count, 0) >= refusals;
    },
    20_000,
    () => `${JSON.stringify(leaves.slice(-3))} of ${refusals} ${code}`,
  );
  expect(leaves.reduce((sum, { count }) => sum + count, 0)).toBe(refusals);
  return leaves;
}
