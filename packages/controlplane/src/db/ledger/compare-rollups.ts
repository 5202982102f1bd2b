// Roll-ups against the rows that they sum up.
import type { ClientBase } from 'pg';
import { ROLLUP_SUMS } from './add-rollups.ts';

/** A roll-up that is not the sum of its rows. */
export interface DifferingRollup {
  readonly bucket: string;
  readonly principal: string;
  readonly model: string;
}

const columns = ROLLUP_SUMS.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

const COMPARE = `
  WITH summed AS (
    SELECT date_bin('15 minutes', time, 'epoch'::timestamptz) AS bucket, principal, email, cost_center, provider, model, tier,
           count(*) FILTER (WHERE kind = 'usage') AS request_count,
           count(*) FILTER (WHERE kind = 'adjustment') AS adjustment_count,
           count(*) FILTER (WHERE kind = 'usage'
             AND outcome IN ('upstream_aborted', 'upstream_error', 'timeout', 'orphaned')) AS failed_count,
           count(*) FILTER (WHERE kind = 'usage' AND estimated) AS estimated_count,
           sum(input_tokens) AS input_tokens, sum(cached_input_tokens) AS cached_input_tokens,
           sum(cache_write_tokens) AS cache_write_tokens, sum(output_tokens) AS output_tokens,
           sum(reasoning_tokens) AS reasoning_tokens, sum(cost_nano_usd) AS cost_nano_usd,
           count(first_byte_ms) FILTER (WHERE kind = 'usage') AS first_byte_count,
           coalesce(sum(first_byte_ms) FILTER (WHERE kind = 'usage'), 0) AS first_byte_ms,
           coalesce(sum(total_ms) FILTER (WHERE kind = 'usage'), 0) AS total_ms
      FROM usage_events WHERE cell = $1
     GROUP BY 1, 2, 3, 4, 5, 6, 7
  ), kept AS (SELECT * FROM usage_rollups WHERE cell = $1)
  SELECT coalesce(summed.bucket, kept.bucket) AS bucket, coalesce(summed.principal, kept.principal) AS principal,
         coalesce(summed.model, kept.model) AS model
    FROM summed FULL JOIN kept
      ON summed.bucket = kept.bucket AND summed.principal = kept.principal AND summed.provider = kept.provider
     AND summed.model = kept.model AND summed.tier = kept.tier
     AND coalesce(summed.email, E'\\x01') = coalesce(kept.email, E'\\x01')
     AND coalesce(summed.cost_center, E'\\x01') = coalesce(kept.cost_center, E'\\x01')
   WHERE summed.bucket IS NULL OR kept.bucket IS NULL
      OR (${columns.map((column) => `summed.${column}`).join(', ')})
         IS DISTINCT FROM (${columns.map((column) => `kept.${column}`).join(', ')})
   ORDER BY 1, 2, 3 LIMIT $2`;

/** Roll-ups that differ, at most `limit`. */
export async function findDifferingRollups(
  client: ClientBase,
  cell: string,
  limit: number,
): Promise<DifferingRollup[]> {
  const { rows } = await client.query<{ bucket: Date; principal: string; model: string }>(COMPARE, [cell, limit]);
  return rows.map((row) => ({ ...row, bucket: row.bucket.toISOString() }));
}
