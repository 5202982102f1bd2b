import { type BooksReader, ingestItems, listAudit, readAuditEvent } from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { redisKeys } from '@secrouter/proto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CELL, itemsOf, podStream, startDatabases } from './ledger-support.ts';

let databases: Awaited<ReturnType<typeof startDatabases>>;
let server: RunningStore;
let books: BooksReader;
const pod = podStream();
const START = Date.parse('2026-02-01T00:00:00.000Z');

beforeAll(async () => {
  [databases, server] = await Promise.all([startDatabases(), startRedis({ isDurable: false })]);
  const { pool } = await databases.open();
  const redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
  books = { pool, redis, keys: redisKeys(CELL), cell: CELL };
  const at = (second: number) => new Date(START + second * 1_000).toISOString();
  const entries = Array.from({ length: 90 }, (_, index) =>
    index % 3 === 0
      ? pod.audit({ time: at(90 - index), principal: `u-${index % 4}`, requestId: `req-${index}` })
      : pod.usage({
          time: at(90 - index),
          principal: `u-${index % 4}`,
          requestId: `req-${index}`,
          model: `m/${index % 2}`,
        }),
  );
  await ingestItems(pool, CELL, itemsOf(pod.batch(entries)));
});
afterAll(async () => {
  books.redis.disconnect();
  await Promise.all([databases.close(), server.close()]);
});

const newestFirst = { sort: 'index', dir: 'desc', limit: 100 } as const;

describe('the trail', () => {
  it('shows the newest first, with names opened and hashes', async () => {
    const list = await listAudit(books, { ...newestFirst, limit: 2 });

    expect(list).toMatchObject({ total: 90, totalIsLowerBound: false });
    expect(list.rows.map((row) => row.index)).toEqual([89, 88]);
    expect(list.rows[0]).toMatchObject({ type: 'usage', principal: 'u-1', sourceIp: '192.0.2.7', podSequence: 90 });
    expect(list.rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(list.rows[0]?.prevHash).toBe(list.rows[1]?.hash);
  });

  it.each(['index', 'time', 'type', 'outcome', 'model'] as const)(
    'pages through all of it by %s without a repeat or a gap',
    async (sort) => {
      for (const dir of ['asc', 'desc'] as const) {
        const seen: number[] = [];
        let cursor: string | null | undefined;
        do {
          const page: Awaited<ReturnType<typeof listAudit>> = await listAudit(books, {
            sort,
            dir,
            limit: 7,
            ...(typeof cursor === 'string' ? { cursor } : {}),
          });
          seen.push(...page.rows.map((row) => row.index));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(seen).toHaveLength(90);
        expect(new Set(seen).size).toBe(90);
      }
    },
  );

  it('filters by type, outcome, person and time', async () => {
    const totals = await Promise.all([
      listAudit(books, { ...newestFirst, type: 'usage' }),
      listAudit(books, { ...newestFirst, outcome: 'refused' }),
      listAudit(books, { ...newestFirst, principal: 'u-1' }),
      listAudit(books, { ...newestFirst, principal: 'u-' }),
      listAudit(books, {
        ...newestFirst,
        since: new Date(START + 10_000).toISOString(),
        until: new Date(START + 20_000).toISOString(),
      }),
    ]);

    expect(totals.map((list) => list.total)).toEqual([60, 30, 23, 0, 10]);
  });

  it('searches by prefix of person, request, model and code, and takes wildcards literally', async () => {
    const search = async (prefix: string) => (await listAudit(books, { ...newestFirst, search: prefix })).total;

    expect(await search('req-8')).toBe(11);
    expect(await search('u-1')).toBe(23);
    expect(await search('m/1')).toBe(30);
    expect(await search('model_not')).toBe(30);
    expect(await search('model%not')).toBe(0);
    expect(await search('eq-8')).toBe(0);
  });

  it('refuses a cursor of another order', async () => {
    const { nextCursor } = await listAudit(books, { ...newestFirst, limit: 5 });

    await expect(listAudit(books, { ...newestFirst, sort: 'time', cursor: nextCursor ?? '' })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { param: 'cursor' },
    });
  });

  it('keeps an erased person out, and their entries in', async () => {
    const { pool } = await databases.open();
    const own = podStream();
    const entry = own.audit({ principal: 'u-gone' });
    await ingestItems(pool, CELL, itemsOf(own.batch([entry])));
    await pool.query("DELETE FROM audit_subjects WHERE value = 'u-gone'");
    const list = await listAudit({ ...books, pool }, newestFirst);

    expect(list.rows[0]).toMatchObject({ principal: null, sourceIp: '192.0.2.7' });
    expect(list.rows[0]?.commitments.principal).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gives one event with all its leaves', async () => {
    const [row] = (await listAudit(books, { ...newestFirst, limit: 1 })).rows;

    expect(await readAuditEvent(books, row?.eventId ?? '')).toEqual([row]);
    expect(await readAuditEvent(books, '018f0000-0000-7000-8000-000000000000')).toEqual([]);
  });
});
