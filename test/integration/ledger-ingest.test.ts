import { INGEST_STEPS, type IngestItem, ingestItems, LedgerWriter, parseBatch } from '@secrouter/controlplane';
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CELL, count, itemsOf, podStream, startDatabases } from './ledger-support.ts';

let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  databases = await startDatabases();
});
afterAll(() => databases.close());

const silent = { warn: () => undefined, error: () => undefined };

/** Rows, leaves, roll-ups and streams that must fit together whatever happened. */
async function books(pool: pg.Pool) {
  const { rows } = await pool.query(`SELECT
    (SELECT count(*)::int FROM usage_events) AS rows,
    (SELECT count(*)::int FROM audit_leaves) AS leaves,
    (SELECT count(*)::int FROM audit_leaves WHERE type = 'usage') AS usage_leaves,
    (SELECT size::int FROM audit_head) AS head,
    (SELECT coalesce(sum(request_count), 0)::int FROM usage_rollups) AS requests,
    (SELECT coalesce(sum(cost_nano_usd), 0)::bigint::text FROM usage_rollups) AS rollup_cost,
    (SELECT coalesce(sum(cost_nano_usd), 0)::bigint::text FROM usage_events) AS ledger_cost`);
  return rows[0];
}

describe('ingest', () => {
  it('records each event once, however often and in whatever order it is delivered (F24)', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    const batches = Array.from({ length: 8 }, () =>
      pod.batch([
        pod.usage(),
        pod.audit(),
        pod.usage({ costCenter: null, email: null }),
        pod.usage({ outcome: 'timeout' }),
      ]),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: batches.length - 1 }), { minLength: 1, maxLength: 12 }),
        async (order) => {
          await ingestItems(
            pool,
            CELL,
            order.flatMap((at) => itemsOf(batches[at]!)),
          );
        },
      ),
      { numRuns: 10 },
    );
    for (const batch of [...batches].reverse()) await ingestItems(pool, CELL, itemsOf(batch));

    const cost = String(24 * 123_457);
    expect(await books(pool)).toEqual({
      rows: 24,
      leaves: 32,
      usage_leaves: 24,
      head: 32,
      requests: 24,
      rollup_cost: cost,
      ledger_cost: cost,
    });
    const { rows } = await pool.query('SELECT applied::int, received::text, hole_since FROM pod_streams');
    expect(rows).toEqual([{ applied: 32, received: '{[1,33)}', hole_since: null }]);
  });

  it.each(INGEST_STEPS)('loses and doubles nothing when it dies after step "%s" (F22)', async (step) => {
    const { pool } = await databases.open();
    const pod = podStream();
    const items = itemsOf(pod.batch([pod.usage(), pod.audit(), pod.usage()]));
    const die = (reached: string) => {
      if (reached === step) throw new Error('killed here');
    };

    await expect(ingestItems(pool, CELL, items, [], die)).rejects.toThrow('killed here');
    await ingestItems(pool, CELL, items);

    expect(await books(pool)).toMatchObject({ rows: 2, leaves: 3, head: 3, requests: 2 });
  });

  it('never forks the log when several aggregators write at once (F23)', async () => {
    const { pool } = await databases.open();
    const pods = Array.from({ length: 4 }, (_, number) => podStream(`pod-${number}`));
    const shared = itemsOf(pods[0]!.batch(Array.from({ length: 40 }, () => pods[0]!.usage())));

    await Promise.all(
      pods.map(async (pod) => {
        for (let round = 0; round < 10; round += 1) {
          await ingestItems(pool, CELL, [...itemsOf(pod.batch([pod.usage(), pod.audit()])), ...shared]);
        }
      }),
    );

    expect(await books(pool)).toMatchObject({ rows: 80, leaves: 120, head: 120, requests: 80 });
    expect(await count(pool, 'SELECT count(DISTINCT log_index) FROM audit_leaves')).toBe(120);
  });

  it('turns a close after the reaper into one signed adjustment', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    const closed = pod.usage();
    if (closed.kind !== 'usage') throw new Error('a usage entry');
    const orphan = {
      ...closed,
      event: { ...closed.event, outcome: 'orphaned' as const, inputTokens: 4_000, costNanoUsd: 500_000 },
    };

    await ingestItems(pool, CELL, itemsOf(pod.batch([orphan])));
    for (let delivery = 0; delivery < 3; delivery += 1) await ingestItems(pool, CELL, itemsOf(pod.batch([closed])));
    await ingestItems(pool, CELL, itemsOf(pod.batch([orphan])));

    const { rows } = await pool.query(
      'SELECT kind, refers_to, input_tokens::int, cost_nano_usd::int FROM usage_events ORDER BY kind DESC',
    );
    expect(rows).toEqual([
      { kind: 'usage', refers_to: null, input_tokens: 4_000, cost_nano_usd: 500_000 },
      { kind: 'adjustment', refers_to: closed.event.eventId, input_tokens: -3_000, cost_nano_usd: -376_543 },
    ]);
    expect(await books(pool)).toMatchObject({ leaves: 2, requests: 1, rollup_cost: '123457' });
  });

  it('parks a poison event as a dead letter and records its neighbours', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    const good = [pod.usage(), pod.audit(), pod.usage()];
    const poison = pod.usage();
    if (poison.kind !== 'usage') throw new Error('a usage entry');
    const tooLarge = { ...poison, event: { ...poison.event, status: 2 ** 40 } };
    const writer = new LedgerWriter({ pool, cell: CELL, log: silent });
    const nonsense = { kind: 'usage', sequence: 5, event: {} };

    await writer.write(parseBatch({ ...pod.batch([...good, tooLarge]), entries: [...good, tooLarge, nonsense] }, CELL));

    expect(await books(pool)).toMatchObject({ rows: 2, leaves: 3 });
    const { rows } = await pool.query('SELECT sequence::int, event_id FROM dead_letters ORDER BY sequence');
    expect(rows).toEqual([
      { sequence: 4, event_id: poison.event.eventId },
      { sequence: 5, event_id: null },
    ]);
    expect(await count(pool, 'SELECT applied FROM pod_streams')).toBe(5);
  });

  it('keeps an event whose text cannot be stored as it is', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    const writer = new LedgerWriter({ pool, cell: CELL, log: silent });

    await writer.write(
      parseBatch(
        pod.batch([pod.usage({ clientRequestId: 'a\u0000b' }), pod.audit({ detail: { note: '\ud800' } })]),
        CELL,
      ),
    );

    const { rows } = await pool.query('SELECT client_request_id FROM usage_events');
    expect(rows).toEqual([{ client_request_id: 'a\ufffdb' }]);
    expect(await books(pool)).toMatchObject({ rows: 1, leaves: 2 });
  });

  it('puts rows into the partition of their month and guards the rest with the default one', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    const old = '0185a0b0-0000-7000-8000-000000000001'; // January 2023

    await ingestItems(pool, CELL, itemsOf(pod.batch([pod.usage(), pod.usage({ eventId: old })])));

    const { rows } = await pool.query('SELECT tableoid::regclass::text AS part FROM usage_events ORDER BY event_id');
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    expect(rows).toEqual([{ part: 'usage_events_default' }, { part: `usage_events_${month}` }]);
    await pool.query("SELECT ensure_month_partitions('2023-01-05', 1)");
    expect(await count(pool, 'SELECT count(*) FROM usage_events_2023_01')).toBe(1);
    expect(await count(pool, 'SELECT count(*) FROM usage_events')).toBe(2);
  });

  it('waits for a lost database and goes on (F18, F20)', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    let failures = 3;
    const writer = new LedgerWriter({
      pool,
      cell: CELL,
      log: silent,
      afterStep: async (step) => {
        if (step !== 'rollups' || failures === 0) return;
        failures -= 1;
        throw Object.assign(new Error('could not serialize access'), { code: '40001' });
      },
    });
    const writes: Promise<void>[] = [];

    for (let round = 0; round < 5; round += 1) {
      writes.push(writer.write({ items: itemsOf(pod.batch([pod.usage()])) as IngestItem[], rejected: [] }));
    }
    await Promise.all(writes);

    expect(await books(pool)).toMatchObject({ rows: 5, leaves: 5, requests: 5 });
  });
});

describe('rights', () => {
  it('lets the writer insert and nothing more, the reader read, the pruner erase', async () => {
    const { pool } = await databases.open();
    const pod = podStream();
    await ingestItems(pool, CELL, itemsOf(pod.batch([pod.usage()])));
    const tryAs = async (role: string, sql: string) => {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await client.query(`SET LOCAL ROLE ${role}`);
        await client.query(sql);
        return 'allowed';
      } catch (error) {
        return (error as { code?: string }).code;
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    };
    const denied = '42501';

    expect(await tryAs('secrouter_writer', 'UPDATE audit_head SET size = size')).toBe('allowed');
    expect(await tryAs('secrouter_writer', 'UPDATE usage_rollups SET request_count = request_count')).toBe('allowed');
    expect(await tryAs('secrouter_writer', 'SELECT ensure_month_partitions(now(), 6)')).toBe('allowed');
    expect(await tryAs('secrouter_writer', 'UPDATE usage_events SET cost_nano_usd = 0')).toBe(denied);
    expect(await tryAs('secrouter_writer', 'DELETE FROM usage_events')).toBe(denied);
    expect(await tryAs('secrouter_writer', "UPDATE audit_leaves SET body = ''")).toBe(denied);
    expect(await tryAs('secrouter_writer', 'DELETE FROM audit_leaves')).toBe(denied);
    expect(await tryAs('secrouter_writer', "UPDATE checkpoints SET note = ''")).toBe(denied);
    expect(await tryAs('secrouter_reader', 'SELECT * FROM audit_leaves')).toBe('allowed');
    expect(await tryAs('secrouter_reader', 'INSERT INTO audit_head (cell) VALUES (1)')).toBe(denied);
    expect(await tryAs('secrouter_pruner', 'DELETE FROM audit_subjects')).toBe('allowed');
    expect(await tryAs('secrouter_pruner', 'DELETE FROM audit_leaves')).toBe(denied);
  });
});
