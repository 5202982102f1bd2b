// Adds sums to the roll-ups, one statement for a whole batch.
import type { ClientBase } from 'pg';

/** What one roll-up row is about. `bucket` is the start of a quarter-hour, ISO 8601 in UTC. */
export interface RollupKey {
  readonly bucket: string;
  readonly principal: string;
  readonly email: string | null;
  readonly costCenter: string | null;
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
}

/** What is summed. */
export const ROLLUP_SUMS = [
  'requestCount',
  'adjustmentCount',
  'failedCount',
  'estimatedCount',
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'costNanoUsd',
  'firstByteCount',
  'firstByteMs',
  'totalMs',
] as const;

export type RollupSums = Readonly<Record<(typeof ROLLUP_SUMS)[number], number>>;

export interface Rollup {
  readonly key: RollupKey;
  readonly sums: RollupSums;
}

/** Adds each roll-up to its row. Runs under the log's head lock, so that rows are never locked in two orders. */
export async function addRollups(client: ClientBase, cell: string, rollups: readonly Rollup[]): Promise<void> {
  if (rollups.length === 0) return;
  const rows = JSON.stringify(rollups.map(({ key, sums }) => ({ ...key, ...sums })));
  await client.query(ADD, [cell, rows]);
}

const sumColumns = ROLLUP_SUMS.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

const ADD = `
  INSERT INTO usage_rollups (cell, bucket, principal, email, cost_center, provider, model, tier, ${sumColumns.join(', ')})
  SELECT $1, bucket, principal, email, "costCenter", provider, model, tier, ${ROLLUP_SUMS.map((name) => `"${name}"`).join(', ')}
    FROM json_to_recordset($2::json) AS sums(bucket timestamptz, principal text, email text, "costCenter" text,
      provider text, model text, tier text, ${ROLLUP_SUMS.map((name) => `"${name}" bigint`).join(', ')})
  ON CONFLICT ON CONSTRAINT usage_rollups_key
  DO UPDATE SET ${sumColumns.map((column) => `${column} = usage_rollups.${column} + EXCLUDED.${column}`).join(', ')}`;
