import {
  awaitPositions,
  type BooksReader,
  ingestItems,
  positionTidier,
  readOwnUsage,
  readUsage,
} from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { redisKeys, type UsageEvent } from '@secrouter/proto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CELL, itemsOf, newId, podStream, startDatabases } from './ledger-support.ts';

let databases: Awaited<ReturnType<typeof startDatabases>>;
let server: RunningStore;
let redis: Redis;
beforeAll(async () => {
  [databases, server] = await Promise.all([startDatabases(), startRedis({ isDurable: false })]);
  redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([databases.close(), server.close()]);
});

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-29T01:07:33.123Z'); // the night in which Europe's clocks change

async function newBooks(): Promise<BooksReader & { readonly pool: pg.Pool }> {
  const { pool } = await databases.open();
  await redis.flushall();
  return { pool, redis, keys: redisKeys(CELL), cell: CELL };
}

/** Writes events of these ages. */
async function spend(books: BooksReader, events: readonly (Partial<UsageEvent> & { readonly agoMs: number })[]) {
  const pod = podStream();
  for (let at = 0; at < events.length; at += 100) {
    const entries = events
      .slice(at, at + 100)
      .map(({ agoMs, ...over }) => pod.usage({ ...over, time: new Date(NOW - agoMs).toISOString() }));
    await ingestItems(books.pool, CELL, itemsOf(pod.batch(entries)));
  }
}

describe("a caller's own usage", () => {
  it('counts exactly the rows of the rolling windows, to the nano-dollar', async () => {
    const books = await newBooks();
    const DAY = 24 * HOUR;
    await spend(books, [
      { agoMs: 0, costNanoUsd: 1 },
      { agoMs: DAY, costNanoUsd: 10, model: 'local/large' },
      { agoMs: DAY + 1, costNanoUsd: 100 },
      { agoMs: 30 * DAY, costNanoUsd: 1_000 },
      { agoMs: 30 * DAY + 1, costNanoUsd: 10_000 },
      { agoMs: 5, costNanoUsd: 100_000, principal: 'u-other' },
    ]);

    const usage = await readOwnUsage(books, 'u-basic', NOW);

    expect(usage.complete).toBe(true);
    expect(usage.last24h).toMatchObject({ requestCount: 2, costNanoUsd: 11n, inputTokens: 2_000, totalTokens: 2_400 });
    expect(usage.last30d).toMatchObject({ requestCount: 4, costNanoUsd: 1_111n });
    expect(usage.models.map(({ model, costNanoUsd }) => [model, costNanoUsd])).toEqual([
      ['local/small', 1_101n],
      ['local/large', 10n],
    ]);
  });

  it('is all zero for somebody who has spent nothing', async () => {
    const books = await newBooks();

    expect(await readOwnUsage(books, 'nobody', NOW)).toMatchObject({
      last30d: { requestCount: 0, costNanoUsd: 0n },
      models: [],
    });
  });
});

describe('every total is the same total', () => {
  it('as the sum that SQL makes over the rows, for every slice, grouping and time zone', async () => {
    const books = await newBooks();
    const pick = <T>(values: readonly T[], at: number): T => values[at % values.length] as T;
    await spend(
      books,
      Array.from({ length: 400 }, (_, at) => ({
        agoMs: (at * 7_919_357) % (9 * 24 * HOUR),
        principal: pick(['u-a', 'u-b', 'u-c'], at),
        costCenter: pick(['eng', null, 'ops'], at >> 1),
        model: pick(['local/small', 'local/large'], at >> 2),
        tier: pick(['SIMPLE', 'COMPLEX'] as const, at >> 3),
        costNanoUsd: at * 1_001,
        outputTokens: at,
      })),
    );
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Asia/Kathmandu', 'Pacific/Chatham'];
    const columns = { principal: 'principal', model: 'model', tier: 'tier', group: 'cost_center', day: 'day' } as const;

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('principal', 'model', 'tier', 'group', 'day'),
        fc.constantFrom(...zones),
        fc.integer({ min: 1, max: 10 }),
        fc.option(fc.constantFrom('u-a', 'u-b', 'u-none'), { nil: undefined }),
        async (groupBy, timezone, days, principal) => {
          const report = await readUsage(
            books,
            { groupBy, days, timezone, ...(principal === undefined ? {} : { principal }) },
            NOW,
          );
          const { rows } = await books.pool.query(
            `SELECT ${columns[groupBy]} AS key, count(*)::int AS n, sum(cost_nano_usd)::text AS cost, sum(output_tokens)::int AS output
               FROM (SELECT *, to_char(time AT TIME ZONE $1, 'YYYY-MM-DD') AS day FROM usage_events) AS event
              WHERE (time AT TIME ZONE $1)::date > ($2::timestamptz AT TIME ZONE $1)::date - $3::int
                AND ($4::text IS NULL OR principal = $4) GROUP BY 1`,
            [timezone, new Date(NOW), days, principal ?? null],
          );
          const byKey = (one: { key: unknown }, other: { key: unknown }) =>
            String(one.key).localeCompare(String(other.key));
          const found = report.rows.map((row) => ({
            key: row.key,
            n: row.requestCount,
            cost: String(row.costNanoUsd),
            output: row.outputTokens,
          }));
          expect(found.sort(byKey)).toEqual(rows.sort(byKey));
          expect(report.total.costNanoUsd).toBe(rows.reduce((sum, row) => sum + BigInt(row.cost), 0n));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the barrier', () => {
  it('waits for the event that had ended when the reading began', async () => {
    const books = await newBooks();
    const pod = podStream();
    const entry = pod.usage();
    await redis.hset(books.keys.positions, pod.podStream, entry.sequence);
    setTimeout(() => void ingestItems(books.pool, CELL, itemsOf(pod.batch([entry]))), 150);

    const usage = await readOwnUsage(books, 'u-basic');

    expect(usage).toMatchObject({ complete: true, last24h: { requestCount: 1 } });
  });

  it('gives up after its time and says so', async () => {
    const books = await newBooks();
    await redis.hset(books.keys.positions, newId(), 7);

    expect(await awaitPositions(books, 60)).toBe(false);
  });

  it('reads without Redis and says that it may not be complete', async () => {
    const books = await newBooks();
    const away = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);

    expect(await readOwnUsage({ ...books, redis: away }, 'u-basic')).toMatchObject({ complete: false });
    away.disconnect();
  });

  it('stops waiting for a pod whose events are lost, and tells of it once', async () => {
    const books = await newBooks();
    const [lost, ended] = [podStream(), podStream()];
    await ingestItems(books.pool, CELL, itemsOf(ended.batch([ended.usage()])));
    await redis.hset(books.keys.positions, lost.podStream, 3, ended.podStream, 1);
    let now = 0;
    const tidy = positionTidier(books, () => now);

    expect(await tidy()).toEqual([]);
    now = 61_000;
    expect(await tidy()).toEqual([{ podStream: lost.podStream, position: 3, applied: 0 }]);
    expect(await redis.hkeys(books.keys.positions)).toEqual([ended.podStream]);
    now = 700_000;
    expect(await tidy()).toEqual([]);
    expect(await redis.exists(books.keys.positions)).toBe(0);
  });
});
