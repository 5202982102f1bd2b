// Sessions in PostgreSQL: good on every console replica, gone at once when they are ended.
import { createHash } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import {
  type ConsoleSession,
  type NewConsoleSession,
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
  SESSION_TOUCH_MS,
} from './console-session.ts';

/** 256 random bits as base64url. */
const SESSION_ID_PATTERN = /^[A-Za-z0-9_-]{43}$/;

interface SessionRow {
  readonly issuer: string;
  readonly principal: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly auth_time: Date | null;
  readonly csrf_token: string;
  readonly last_seen_at: Date;
}

/** Secrets of a new session, 32 random bytes each as base64url. */
export interface SessionSecrets {
  readonly sessionId: string;
  readonly csrfToken: string;
}

/** Writes a session inside the caller's transaction and clears out what has expired. */
export async function insertSession(
  client: PoolClient,
  cell: string,
  session: NewConsoleSession,
  secrets: SessionSecrets,
  now: Date,
): Promise<void> {
  await client.query('DELETE FROM console_session WHERE created_at < $1 OR last_seen_at < $2', [
    new Date(now.getTime() - SESSION_ABSOLUTE_MS),
    new Date(now.getTime() - SESSION_IDLE_MS),
  ]);
  await client.query(
    `INSERT INTO console_session
       (id_hash, cell, issuer, principal, email, groups, auth_time, csrf_token, id_token, created_at, last_seen_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $10)`,
    [
      hashOf(secrets.sessionId),
      cell,
      session.issuer,
      session.principal,
      session.email ?? null,
      JSON.stringify(session.groups),
      session.authTimeSeconds === undefined ? null : new Date(session.authTimeSeconds * 1000),
      secrets.csrfToken,
      session.idToken ?? null,
      now,
    ],
  );
}

/** The live session of an id; undefined when there is none, it is over its limits, or its principal was revoked. */
export async function findSession(
  pool: Pool,
  cell: string,
  sessionId: string,
  now: Date,
): Promise<ConsoleSession | undefined> {
  if (!SESSION_ID_PATTERN.test(sessionId)) return undefined;
  const idHash = hashOf(sessionId);
  const found = await pool.query<SessionRow>(
    `SELECT issuer, principal, email, groups, auth_time, csrf_token, last_seen_at
       FROM console_session s
      WHERE id_hash = $1 AND cell = $2 AND created_at >= $3 AND last_seen_at >= $4
        AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.cell = s.cell AND r.kind = 'principal'
                           AND r.value = s.principal AND r.removed_at IS NULL)`,
    [idHash, cell, new Date(now.getTime() - SESSION_ABSOLUTE_MS), new Date(now.getTime() - SESSION_IDLE_MS)],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  if (now.getTime() - row.last_seen_at.getTime() > SESSION_TOUCH_MS) {
    await pool.query('UPDATE console_session SET last_seen_at = $2 WHERE id_hash = $1', [idHash, now]);
  }
  return toSession(row);
}

/** Ends a session; what the identity provider needs to end its own, when there was one. */
export async function deleteSession(
  pool: Pool,
  cell: string,
  sessionId: string,
): Promise<{ readonly issuer: string; readonly idToken?: string } | undefined> {
  const ended = await pool.query<{ issuer: string; id_token: string | null }>(
    'DELETE FROM console_session WHERE id_hash = $1 AND cell = $2 RETURNING issuer, id_token',
    [hashOf(sessionId), cell],
  );
  const row = ended.rows[0];
  if (row === undefined) return undefined;
  return { issuer: row.issuer, ...(row.id_token === null ? {} : { idToken: row.id_token }) };
}

function hashOf(sessionId: string): Buffer {
  return createHash('sha256').update(sessionId).digest();
}

function toSession(row: SessionRow): ConsoleSession {
  return {
    issuer: row.issuer,
    principal: row.principal,
    ...(row.email === null ? {} : { email: row.email }),
    groups: row.groups,
    service: false,
    csrfToken: row.csrf_token,
    ...(row.auth_time === null ? {} : { authTimeSeconds: Math.floor(row.auth_time.getTime() / 1000) }),
  };
}
