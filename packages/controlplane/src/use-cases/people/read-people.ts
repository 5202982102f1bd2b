// Who used the gateway lately: spend and requests of the last 30 days, and how near each one is to a limit.
import { mergePolicy, type SecurityConfig, usdNumber } from '@secrouter/proto';
import type { BooksReader } from '../../usage/position-barrier.ts';
import { findNearestLimit, type NearestLimit } from './nearest-limit.ts';
import { readWindowUsage } from './read-window-usage.ts';

const DAY_MS = 86_400_000;
export const PEOPLE_DAYS = 30;
/** One page of people; the search finds the others. */
export const MAX_PEOPLE = 200;

export interface PersonUsage {
  readonly principal: string;
  readonly email?: string;
  readonly costUsd: number;
  readonly requestCount: number;
  readonly lastSeenAt: Date;
  /** As the newest request carried them: a person's groups are known from tokens alone. */
  readonly groups: readonly string[];
  readonly service: boolean;
  /** Absent without a personal budget. */
  readonly nearestLimit?: NearestLimit;
}

export interface People {
  readonly rows: readonly PersonUsage[];
  readonly isCut: boolean;
}

interface PersonRow {
  readonly principal: string;
  readonly cost: string;
  readonly requests: string;
  readonly email: string | null;
  readonly groups: readonly string[] | null;
  readonly service: boolean | null;
  readonly last_seen: Date;
}

/** Largest spend first; `search` is a part of the principal or the e-mail address. */
export async function readPeople(
  { pool, cell }: BooksReader,
  security: SecurityConfig,
  now: Date,
  search?: string,
): Promise<People> {
  const { rows } = await pool.query<PersonRow>(PEOPLE, [
    cell,
    new Date(now.getTime() - PEOPLE_DAYS * DAY_MS),
    search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`,
    MAX_PEOPLE + 1,
  ]);
  const shown = rows.slice(0, MAX_PEOPLE);
  const usage = await readWindowUsage(
    pool,
    cell,
    shown.map(({ principal }) => principal),
    now,
  );
  return {
    isCut: rows.length > MAX_PEOPLE,
    rows: shown.map((row) => toPerson(row, security, usage.get(row.principal))),
  };
}

function toPerson(
  row: PersonRow,
  security: SecurityConfig,
  usage: Parameters<typeof findNearestLimit>[1],
): PersonUsage {
  const principal = { key: row.principal, groups: row.groups ?? [], service: row.service === true };
  const merge = mergePolicy(security, principal);
  const nearestLimit = merge.outcome === 'granted' ? findNearestLimit(merge.policy.budgets, usage) : undefined;
  return {
    principal: row.principal,
    ...(row.email === null ? {} : { email: row.email }),
    costUsd: usdNumber(BigInt(row.cost)),
    requestCount: Number(row.requests),
    lastSeenAt: row.last_seen,
    groups: principal.groups,
    service: principal.service,
    ...(nearestLimit === undefined ? {} : { nearestLimit }),
  };
}

const PEOPLE = `
  WITH spender AS (
    SELECT principal, sum(cost_nano_usd) AS cost, sum(request_count) AS requests, max(bucket) AS last_bucket
      FROM usage_rollups
     WHERE cell = $1 AND bucket >= $2 AND ($3::text IS NULL OR principal ILIKE $3 OR email ILIKE $3)
     GROUP BY principal ORDER BY cost DESC, principal LIMIT $4
  )
  SELECT spender.principal, spender.cost::text, spender.requests::text, latest.email, latest.groups, latest.service,
         COALESCE(latest.time, spender.last_bucket) AS last_seen
    FROM spender LEFT JOIN LATERAL (
      SELECT email, groups, service, time FROM usage_events AS event
       WHERE event.cell = $1 AND event.principal = spender.principal AND event.kind = 'usage'
       ORDER BY event.time DESC LIMIT 1
    ) AS latest ON true
   ORDER BY spender.cost DESC, spender.principal`;

/** The newest known groups and e-mail address of one principal. */
export async function readLastSeen(
  { pool, cell }: BooksReader,
  principal: string,
): Promise<Pick<PersonUsage, 'email' | 'groups' | 'service' | 'lastSeenAt'> | undefined> {
  const { rows } = await pool.query<{ email: string | null; groups: string[]; service: boolean; time: Date }>(
    `SELECT email, groups, service, time FROM usage_events
      WHERE cell = $1 AND principal = $2 AND kind = 'usage' ORDER BY time DESC LIMIT 1`,
    [cell, principal],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { email, groups, service, time } = row;
  return { ...(email === null ? {} : { email }), groups, service, lastSeenAt: time };
}
