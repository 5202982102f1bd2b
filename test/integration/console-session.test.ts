// Console sessions on real PostgreSQL: found on every replica, limited, ended at the server, stored without their secret.

import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  deleteSession,
  findSession,
  insertSession,
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
} from '@secrouter/controlplane';
import { type RunningStore, startPostgres } from '@secrouter/infra';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPool } from '../support/database.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
const CELL = 'main';
const START = new Date('2026-11-22T08:00:00Z');

let postgres: RunningStore;
let pool: pg.Pool;

beforeAll(async () => {
  postgres = await startPostgres({ isDurable: false });
  const migrated = spawnSync(process.execPath, ['packages/controlplane/src/migrate/main.ts'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, DATABASE_URL: postgres.url },
    encoding: 'utf8',
  });
  expect(migrated.status, migrated.stdout + migrated.stderr).toBe(0);
  pool = openTestPool(postgres.url);
});
afterAll(async () => {
  await pool?.end();
  await postgres?.close();
});

const after = (ms: number) => new Date(START.getTime() + ms);

async function openSession(principal: string, now = START): Promise<string> {
  const sessionId = randomBytes(32).toString('base64url');
  const session = { issuer: 'https://idp.example.test', principal, groups: ['staff'], idToken: 'header.payload.sig' };
  const client = await pool.connect();
  try {
    await insertSession(client, CELL, session, { sessionId, csrfToken: 'csrf' }, now);
  } finally {
    client.release();
  }
  return sessionId;
}

test('finds a session by its id, in its own cell alone', async () => {
  const sessionId = await openSession('u-found');

  expect(await findSession(pool, CELL, sessionId, START)).toEqual({
    issuer: 'https://idp.example.test',
    principal: 'u-found',
    groups: ['staff'],
    service: false,
    csrfToken: 'csrf',
  });
  expect(await findSession(pool, 'other', sessionId, START)).toBeUndefined();
  expect(await findSession(pool, CELL, 'not-an-id', START)).toBeUndefined();
});

test('keeps no id that a reader of the table could sign in with', async () => {
  const sessionId = await openSession('u-hashed');

  const { rows } = await pool.query<{ row: string }>(
    'SELECT row_to_json(s)::text AS row FROM console_session s WHERE principal = $1',
    ['u-hashed'],
  );

  expect(rows[0]?.row).not.toContain(sessionId);
});

test('ends after the idle limit, and not while it is used', async () => {
  const sessionId = await openSession('u-idle');
  const used = after(SESSION_IDLE_MS - 1_000);

  expect(await findSession(pool, CELL, sessionId, used)).toBeDefined();
  expect(await findSession(pool, CELL, sessionId, new Date(used.getTime() + SESSION_IDLE_MS - 1_000))).toBeDefined();
  expect(await findSession(pool, CELL, sessionId, new Date(used.getTime() + 3 * SESSION_IDLE_MS))).toBeUndefined();
});

test('ends after the absolute limit, however busy', async () => {
  const sessionId = await openSession('u-busy');

  for (let ms = 0; ms < SESSION_ABSOLUTE_MS; ms += SESSION_IDLE_MS / 2) {
    expect(await findSession(pool, CELL, sessionId, after(ms))).toBeDefined();
  }

  expect(await findSession(pool, CELL, sessionId, after(SESSION_ABSOLUTE_MS + 1))).toBeUndefined();
});

test('is gone at once when it is ended, and says what the identity provider needs', async () => {
  const sessionId = await openSession('u-leaving');

  const ended = await deleteSession(pool, CELL, sessionId);

  expect(ended).toEqual({ issuer: 'https://idp.example.test', idToken: 'header.payload.sig' });
  expect(await findSession(pool, CELL, sessionId, START)).toBeUndefined();
  expect(await deleteSession(pool, CELL, sessionId)).toBeUndefined();
});

test('is worth nothing while its principal is revoked', async () => {
  const sessionId = await openSession('u-revoked');
  const id = randomUUID();

  await pool.query(
    `INSERT INTO revocation (id, cell, kind, value, author, reason, created_at)
     VALUES ($1, $2, 'principal', 'u-revoked', 'test', '', now())`,
    [id, CELL],
  );
  expect(await findSession(pool, CELL, sessionId, START)).toBeUndefined();

  await pool.query('UPDATE revocation SET removed_at = now() WHERE id = $1', [id]);
  expect(await findSession(pool, CELL, sessionId, START)).toBeDefined();
});

test('a new sign-in clears out what has expired', async () => {
  await openSession('u-old');

  await openSession('u-new', after(SESSION_ABSOLUTE_MS + 1));

  const { rows } = await pool.query("SELECT 1 FROM console_session WHERE principal = 'u-old'");
  expect(rows).toHaveLength(0);
});
