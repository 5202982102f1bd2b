// Ledger rows as the log knows them, for comparing both.
import type { ClientBase } from 'pg';

/** The fields of a row that its leaf binds, under the leaf's names. */
export type LedgerRow = Readonly<Record<string, unknown>> & { readonly eventId: string };

const TEXT = ['principal', 'actor', 'model', 'tier', 'outcome', 'kind', 'provider', 'endpoint', 'reason'] as const;
const NUMBERS: readonly (readonly [name: string, column: string])[] = [
  ['inputTokens', 'input_tokens'],
  ['cachedInputTokens', 'cached_input_tokens'],
  ['cacheWriteTokens', 'cache_write_tokens'],
  ['outputTokens', 'output_tokens'],
  ['reasoningTokens', 'reasoning_tokens'],
  ['costNanoUsd', 'cost_nano_usd'],
  ['revision', 'revision'],
  ['status', 'status'],
  ['attempts', 'attempts'],
  ['totalMs', 'total_ms'],
];
const RENAMED: readonly (readonly [name: string, column: string])[] = [
  ['requestId', 'request_id'],
  ['traceId', 'trace_id'],
  ['refersTo', 'refers_to'],
  ['costCenter', 'cost_center'],
  ['tierSource', 'tier_source'],
  ['upstreamRequestId', 'upstream_request_id'],
  ['streamed', 'streamed'],
  ['estimated', 'estimated'],
  ['price', 'price'],
];

const SELECT = [
  'event_id AS "eventId"',
  'time',
  ...TEXT,
  ...NUMBERS.map(([name, column]) => `${column} AS "${name}"`),
  ...RENAMED.map(([name, column]) => `${column} AS "${name}"`),
].join(', ');

/** Rows of these events, by event id. */
export async function readLedgerRows(
  client: ClientBase,
  cell: string,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, LedgerRow>> {
  if (eventIds.length === 0) return new Map();
  const { rows } = await client.query<Record<string, unknown> & { eventId: string; time: Date }>(
    `SELECT ${SELECT} FROM usage_events WHERE cell = $1 AND event_id = ANY($2::uuid[])`,
    [cell, eventIds],
  );
  return new Map(rows.map((row) => [row.eventId, toLedgerRow(row)]));
}

// PostgreSQL's bigint comes as text; none of these reaches 2^53.
function toLedgerRow(row: Record<string, unknown> & { eventId: string; time: Date }): LedgerRow {
  const numbers = Object.fromEntries(NUMBERS.map(([name]) => [name, Number(row[name])]));
  return { ...row, ...numbers, time: row.time.toISOString() };
}

/** Number of rows of a cell. */
export async function countLedgerRows(client: ClientBase, cell: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM usage_events WHERE cell = $1', [cell]);
  return Number(rows[0]?.n ?? 0);
}

/** Events that are in the ledger and not in the log, at most `limit`. */
export async function findUnloggedRows(client: ClientBase, cell: string, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ event_id: string }>(
    `SELECT event_id FROM usage_events AS event WHERE cell = $1
        AND NOT EXISTS (SELECT FROM audit_leaves AS leaf WHERE leaf.event_id = event.event_id AND leaf.type = 'usage')
      LIMIT $2`,
    [cell, limit],
  );
  return rows.map((row) => row.event_id);
}
