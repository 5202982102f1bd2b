// Writes rows of the ledger, many at once. The unique event id is the only thing that stands against duplicates.
import type { UsageEvent } from '@secrouter/proto';
import type { ClientBase } from 'pg';

/** Inserts what is not there yet; resolves to the event ids that were, in the order of nothing. */
export async function insertUsageEvents(client: ClientBase, events: readonly UsageEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const { rows } = await client.query<[string]>({
    text: INSERT,
    values: [JSON.stringify(events)],
    rowMode: 'array',
  });
  return new Set(rows.map(([eventId]) => eventId));
}

const COLUMNS: readonly (readonly [column: string, field: keyof UsageEvent, type: string])[] = [
  ['event_id', 'eventId', 'uuid'],
  ['kind', 'kind', 'text'],
  ['refers_to', 'refersTo', 'uuid'],
  ['cell', 'cell', 'text'],
  ['time', 'time', 'timestamptz'],
  ['request_id', 'requestId', 'text'],
  ['client_request_id', 'clientRequestId', 'text'],
  ['trace_id', 'traceId', 'text'],
  ['upstream_request_id', 'upstreamRequestId', 'text'],
  ['pod_id', 'podId', 'text'],
  ['pod_stream', 'podStream', 'uuid'],
  ['principal', 'principal', 'text'],
  ['email', 'email', 'text'],
  ['actor', 'actor', 'text'],
  ['service', 'service', 'boolean'],
  ['groups', 'groups', 'text[]'],
  ['cost_center', 'costCenter', 'text'],
  ['endpoint', 'endpoint', 'text'],
  ['provider', 'provider', 'text'],
  ['model', 'model', 'text'],
  ['tier', 'tier', 'text'],
  ['tier_source', 'tierSource', 'text'],
  ['streamed', 'streamed', 'boolean'],
  ['input_tokens', 'inputTokens', 'bigint'],
  ['cached_input_tokens', 'cachedInputTokens', 'bigint'],
  ['cache_write_tokens', 'cacheWriteTokens', 'bigint'],
  ['output_tokens', 'outputTokens', 'bigint'],
  ['reasoning_tokens', 'reasoningTokens', 'bigint'],
  ['cost_nano_usd', 'costNanoUsd', 'bigint'],
  ['price', 'price', 'jsonb'],
  ['estimated', 'estimated', 'boolean'],
  ['outcome', 'outcome', 'text'],
  ['status', 'status', 'integer'],
  ['first_byte_ms', 'firstByteMs', 'bigint'],
  ['total_ms', 'totalMs', 'bigint'],
  ['attempts', 'attempts', 'integer'],
  ['epoch', 'epoch', 'bigint'],
  ['revision', 'revision', 'bigint'],
  ['reason', 'reason', 'text'],
];

const INSERT = `
  INSERT INTO usage_events (${COLUMNS.map(([column]) => column).join(', ')})
  SELECT ${COLUMNS.map(([, field]) => `"${field}"`).join(', ')}
    FROM json_to_recordset($1::json) AS event(${COLUMNS.map(([, field, type]) => `"${field}" ${type}`).join(', ')})
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id`;
