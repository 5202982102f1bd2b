import { generateKeyPairSync } from 'node:crypto';
import {
  appendAuditEvents,
  ensureCheckpoint,
  ingestItems,
  verifyAudit,
  withTransaction,
} from '@secrouter/controlplane';
import {
  type AuditEvent,
  hashLeaf,
  logOrigin,
  readCheckpoint,
  signCheckpoint,
  verifyInclusion,
} from '@secrouter/proto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEvent, CELL, count, itemsOf, newId, podStream, startDatabases } from './ledger-support.ts';

let databases: Awaited<ReturnType<typeof startDatabases>>;
beforeAll(async () => {
  databases = await startDatabases();
});
afterAll(() => databases.close());

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = { name: logOrigin(CELL), publicKey };

/** An honest log of 30 leaves with checkpoints at 10, 20 and 30. */
async function honestLog() {
  const { pool } = await databases.open();
  const pod = podStream();
  const notes: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const entries = Array.from({ length: 10 }, (_, at) =>
      at % 3 === 2 ? pod.audit() : pod.usage({ principal: `u-${at}` }),
    );
    await ingestItems(pool, CELL, itemsOf(pod.batch(entries)));
    notes.push((await ensureCheckpoint(pool, CELL, privateKey))?.note ?? '');
  }
  return { pool, pod, notes };
}

async function problemKinds(pool: pg.Pool, exportedNotes: readonly string[] = []): Promise<string[]> {
  const { problems } = await verifyAudit({ pool, cell: CELL, key, exportedNotes });
  return [...new Set(problems.map((problem) => problem.kind))];
}

/** The leaf at this place with another outcome, its columns kept, its hash old or new. */
async function editLeaf(pool: pg.Pool, index: number, hashAnew: boolean): Promise<void> {
  const { rows } = await pool.query('SELECT body, hash FROM audit_leaves WHERE log_index = $1', [index]);
  const body = String(rows[0].body).replace('"tierSource":"classifier"', '"tierSource":"override"');
  expect(body).not.toBe(rows[0].body);
  const hash = hashAnew ? hashLeaf(Buffer.from(body)) : rows[0].hash;
  await pool.query('UPDATE audit_leaves SET body = $2, hash = $3 WHERE log_index = $1', [index, body, hash]);
}

describe('an untouched log', () => {
  it('verifies, with its size, root and newest checkpoint', async () => {
    const { pool, notes } = await honestLog();

    const verification = await verifyAudit({ pool, cell: CELL, key, exportedNotes: notes });

    expect(verification).toMatchObject({ ok: true, checked: 30, size: 30, problems: [] });
    expect(verification.checkpoint).toMatchObject({ size: 30, root: verification.root });
    expect(readCheckpoint(notes[2] ?? '')?.root.toString('base64')).toBe(verification.root);
  });

  it('verifies when it is empty', async () => {
    const { pool } = await databases.open();

    expect(await verifyAudit({ pool, cell: CELL, key })).toMatchObject({ ok: true, checked: 0, checkpoint: null });
  });

  it('still verifies after a person was erased', async () => {
    const { pool, notes } = await honestLog();

    await pool.query("DELETE FROM audit_subjects WHERE value = 'u-1'");

    expect(await problemKinds(pool, notes)).toEqual([]);
  });

  it('holds no name or address in any leaf', async () => {
    const { pool } = await honestLog();

    expect(
      await count(pool, "SELECT count(*) FROM audit_leaves WHERE body LIKE '%u-1%' OR body LIKE '%192.0.2.7%'"),
    ).toBe(0);
    expect(await count(pool, "SELECT count(*) FROM audit_subjects WHERE value IN ('u-1', '192.0.2.7')")).toBe(2);
  });
});

describe('a tampered log is named', () => {
  const cases: readonly (readonly [string, (pool: pg.Pool) => Promise<unknown>, string])[] = [
    ['a field edited', (pool) => editLeaf(pool, 4, false), 'leaf_edited'],
    ['a field edited and hashed anew', (pool) => editLeaf(pool, 4, true), 'chain_broken'],
    ['the last leaf edited and hashed anew', (pool) => editLeaf(pool, 29, true), 'root_differs'],
    [
      'a column edited',
      (pool) => pool.query("UPDATE audit_leaves SET outcome = 'fine' WHERE log_index = 3"),
      'leaf_column_differs',
    ],
    ['the first deleted', (pool) => pool.query('DELETE FROM audit_leaves WHERE log_index = 0'), 'leaf_missing'],
    [
      'one in the middle deleted',
      (pool) => pool.query('DELETE FROM audit_leaves WHERE log_index = 15'),
      'leaf_missing',
    ],
    ['the last deleted', (pool) => pool.query('DELETE FROM audit_leaves WHERE log_index = 29'), 'tail_missing'],
    ['a tail of 20 cut', (pool) => pool.query('DELETE FROM audit_leaves WHERE log_index >= 10'), 'tail_missing'],
    ['all deleted', (pool) => pool.query('DELETE FROM audit_leaves'), 'tail_missing'],
    [
      'two swapped',
      (pool) =>
        pool.query(
          'UPDATE audit_leaves SET log_index = CASE log_index WHEN 5 THEN 6 ELSE 5 END WHERE log_index IN (5, 6)',
        ),
      'leaf_malformed',
    ],
    [
      'one inserted',
      (pool) =>
        pool.query(
          `INSERT INTO audit_leaves SELECT cell, log_index, $1, 'anomaly', time, principal, actor, source_ip, request_id,
             model, tier, outcome, code, hash, body FROM audit_leaves WHERE log_index = 7`,
          [newId()],
        ),
      'leaf_repeated',
    ],
    ['renumbered', (pool) => pool.query('UPDATE audit_leaves SET log_index = log_index + 1'), 'leaf_malformed'],
    ['the head edited', (pool) => pool.query('UPDATE audit_head SET size = 29'), 'head_differs'],
    [
      'a hole in a stream',
      (pool) =>
        pool.query(
          "UPDATE pod_streams SET received = '{[1,12),[13,31)}', applied = 11, hole_since = now() - interval '2 min'",
        ),
      'stream_hole',
    ],
    [
      'a number that never arrived',
      (pool) => pool.query("UPDATE pod_streams SET received = '{[1,20)}'"),
      'stream_differs',
    ],
    [
      'a row changed',
      (pool) => pool.query('UPDATE usage_events SET cost_nano_usd = 1 WHERE cost_nano_usd > 1'),
      'ledger_differs',
    ],
    ['a row deleted', (pool) => pool.query("DELETE FROM usage_events WHERE principal = 'u-1'"), 'ledger_row_missing'],
    [
      'a row moved to another person',
      (pool) => pool.query("UPDATE usage_events SET principal = 'u-other' WHERE principal = 'u-1'"),
      'ledger_differs',
    ],
    [
      'a row added',
      (pool) =>
        pool.query(
          `CREATE TEMP TABLE copied AS SELECT * FROM usage_events LIMIT 1; UPDATE copied SET event_id = '${newId()}';
           INSERT INTO usage_events SELECT * FROM copied`,
        ),
      'ledger_row_unlogged',
    ],
    [
      'a roll-up changed',
      (pool) => pool.query('UPDATE usage_rollups SET cost_nano_usd = cost_nano_usd - 1'),
      'rollup_differs',
    ],
    ['a roll-up deleted', (pool) => pool.query("DELETE FROM usage_rollups WHERE principal = 'u-1'"), 'rollup_differs'],
    [
      'a name exchanged',
      (pool) => pool.query("UPDATE audit_subjects SET value = 'u-x' WHERE value = 'u-1'"),
      'subject_differs',
    ],
    [
      'an override changed behind the log',
      (pool) =>
        pool.query(
          `INSERT INTO config_override (cell, scope, name, value, author, reason, revision, updated_at)
           VALUES ('main', 'policy.user', 'u-1', '{"admin":true}', 'x', 'x', 1, now())`,
        ),
      'override_differs',
    ],
    [
      'a forged checkpoint',
      async (pool) => {
        const other = generateKeyPairSync('ed25519').privateKey;
        const { rows } = await pool.query('SELECT root FROM checkpoints WHERE size = 20');
        const note = signCheckpoint({ origin: key.name, size: 20, root: rows[0].root }, other);
        await pool.query('UPDATE checkpoints SET note = $1 WHERE size = 20', [note]);
      },
      'checkpoint_forged',
    ],
  ];

  it.each(cases)('%s', async (_, tamper, kind) => {
    const { pool } = await honestLog();
    expect(await problemKinds(pool)).toEqual([]);

    await tamper(pool);

    expect(await problemKinds(pool)).toContain(kind);
  });

  it('everything rewritten, checkpoints in the database too: the exported ones tell', async () => {
    const honest = await honestLog();
    const forged = await honestLog();

    expect(await problemKinds(forged.pool, honest.notes)).toEqual(['root_differs']);
  });

  it('a tail cut together with head and checkpoints: the exported ones tell', async () => {
    const honest = await honestLog();
    const { pool } = honest;
    await pool.query('DELETE FROM audit_leaves WHERE log_index >= 20');
    await pool.query('DELETE FROM checkpoints WHERE size > 20');

    expect(await problemKinds(pool, honest.notes)).toContain('tail_missing');
  });

  it('an old checkpoint exported after a newer one', async () => {
    const { pool, notes } = await honestLog();

    expect(await problemKinds(pool, [...notes, notes[0] ?? ''])).toEqual(['checkpoint_replayed']);
  });
});

describe("the control plane's own events", () => {
  const origin = { podId: 'console-1', podStream: newId() };
  const action = (after: unknown): AuditEvent =>
    auditEvent({
      ...origin,
      type: 'admin.action',
      principal: 'u-admin',
      detail: { changes: [{ scope: 'tier', name: 'SIMPLE', before: null, after: after as null }] },
    });

  it('are appended with the change that they tell of, or not at all', async () => {
    const { pool } = await databases.open();
    await withTransaction(pool, (client) => appendAuditEvents(client, CELL, [action({ a: 1 }), action(null)]));
    const failing = withTransaction(pool, async (client) => {
      await appendAuditEvents(client, CELL, [action(null)]);
      throw new Error('the change was refused');
    });

    await expect(failing).rejects.toThrow('refused');
    await withTransaction(pool, (client) => appendAuditEvents(client, CELL, [action(null)]));

    expect(await problemKinds(pool)).toEqual([]);
    const { rows } = await pool.query('SELECT received::text FROM pod_streams');
    expect(rows).toEqual([{ received: '{[1,4)}' }]);
  });

  it('never fork the log beside an aggregator', async () => {
    const { pool } = await databases.open();
    const pod = podStream();

    await Promise.all([
      ...Array.from({ length: 10 }, () =>
        withTransaction(pool, (client) => appendAuditEvents(client, CELL, [action(null)])),
      ),
      ...Array.from({ length: 10 }, () => ingestItems(pool, CELL, itemsOf(pod.batch([pod.usage(), pod.audit()])))),
    ]);

    expect(await verifyAudit({ pool, cell: CELL, key })).toMatchObject({ ok: true, size: 30 });
  });
});

it('an inclusion proof needs nothing but the leaf hashes and the root', async () => {
  const { inclusionProof } = await import('@secrouter/proto');
  const { pool, notes } = await honestLog();
  const { rows } = await pool.query<{ hash: Buffer }>('SELECT hash FROM audit_leaves ORDER BY log_index');
  const hashes = rows.map((row) => row.hash);
  const root = readCheckpoint(notes[2] ?? '')?.root ?? Buffer.alloc(0);

  expect(verifyInclusion(hashes[13] as Buffer, 13, 30, inclusionProof(hashes, 13), root)).toBe(true);
});
