// Rows that the reaper wrote for requests whose pod was thought dead: a true close that comes later is set against them.
import type { ClientBase } from 'pg';

/** What an orphaned row was charged. */
export interface OrphanedRow {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: number;
}

/** The orphaned ones among these rows, by event id. */
export async function findOrphanedRows(
  client: ClientBase,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, OrphanedRow>> {
  if (eventIds.length === 0) return new Map();
  const { rows } = await client.query<{ event_id: string } & Record<string, string>>(
    `SELECT event_id, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_nano_usd
       FROM usage_events WHERE event_id = ANY($1::uuid[]) AND kind = 'usage' AND outcome = 'orphaned'`,
    [eventIds],
  );
  return new Map(
    rows.map((row) => [
      row.event_id,
      {
        inputTokens: Number(row.input_tokens),
        cachedInputTokens: Number(row.cached_input_tokens),
        cacheWriteTokens: Number(row.cache_write_tokens),
        outputTokens: Number(row.output_tokens),
        reasoningTokens: Number(row.reasoning_tokens),
        costNanoUsd: Number(row.cost_nano_usd),
      },
    ]),
  );
}
