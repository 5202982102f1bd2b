// How many requests were refused, and why, from the trail.
import type { BooksReader } from '../../usage/position-barrier.ts';

const REFUSAL_TYPES = ['auth.failure', 'authz.deny', 'quota.exceeded', 'egress.deny'];
const DAY_MS = 86_400_000;
const SHOWN_CODES = 6;

export interface RefusalOverview {
  readonly total: number;
  readonly totalBefore: number;
  /** Most frequent first. */
  readonly byCode: readonly { readonly code: string; readonly count: number }[];
}

/** Refusals of the last `days` days against the days before; of one principal where one is named. */
export async function readRefusals(
  { pool, cell }: BooksReader,
  now: Date,
  days: number,
  principal?: string,
): Promise<RefusalOverview> {
  const from = new Date(now.getTime() - days * DAY_MS);
  const { rows } = await pool.query<{ code: string | null; count: string; before: string }>(
    `SELECT code, count(*) FILTER (WHERE time >= $2)::text AS count, count(*) FILTER (WHERE time < $2)::text AS before
       FROM audit_leaves
      WHERE cell = $1 AND time >= $3 AND type = ANY($4)
        AND ($5::text IS NULL OR principal = (SELECT commitment FROM audit_subjects WHERE cell = $1 AND value = $5))
      GROUP BY code`,
    [cell, from, new Date(from.getTime() - days * DAY_MS), REFUSAL_TYPES, principal ?? null],
  );
  const counted = rows.map(({ code, count, before }) => ({
    code: code ?? 'unnamed',
    count: Number(count),
    before: Number(before),
  }));
  return {
    total: counted.reduce((sum, { count }) => sum + count, 0),
    totalBefore: counted.reduce((sum, { before }) => sum + before, 0),
    byCode: counted
      .filter(({ count }) => count > 0)
      .sort((left, right) => right.count - left.count)
      .slice(0, SHOWN_CODES)
      .map(({ code, count }) => ({ code, count })),
  };
}
