// Partitions of the months to come, so that no row ever lands in the default one.
import type { Pool } from 'pg';

/** This month and the next two. */
const MONTHS_AHEAD = 3;

/** Makes the partitions that are missing; resolves to how many. */
export async function ensurePartitions(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ made: number }>('SELECT ensure_month_partitions(clock_timestamp(), $1) AS made', [
    MONTHS_AHEAD,
  ]);
  return rows[0]?.made ?? 0;
}
