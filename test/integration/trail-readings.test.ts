// Read your own refusals: what was refused before a reading of the trail began is in it.
import { awaitPositions, listAudit } from '@secrouter/controlplane';
import { redisKeys } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { openTestPool } from '../support/database.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;
let pool: pg.Pool;
let redis: Redis;

beforeAll(async () => {
  fleet = await Fleet.start();
  pool = openTestPool(fleet.postgres.url, 2);
  redis = new Redis(fleet.redis.url);
});
afterAll(async () => {
  await redis?.quit();
  await pool?.end();
  await fleet?.close();
});

async function refuse(token: string | undefined): Promise<string> {
  const answer = await fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ model: 'local/large', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  expect(answer.ok).toBe(false);
  return answer.headers.get('x-request-id') ?? '';
}

test.each(['basic', undefined])('a refusal of %s stands in the complete reading that follows', async (persona) => {
  const books = { pool, redis, keys: redisKeys('main'), cell: 'main' };
  const token = persona === undefined ? undefined : await fleet.token(persona);

  for (let round = 0; round < 5; round += 1) {
    const requestId = await refuse(token);
    // On a busy machine a reading may say that it is not complete; one that says so holds the refusal.
    await until(
      () => awaitPositions(books),
      20_000,
      () => 'no reading is complete',
    );
    const { rows } = await listAudit(books, { search: requestId, limit: 10, sort: 'index', dir: 'desc' });

    expect(rows.map((row) => row.requestId)).toContain(requestId);
  }
});
