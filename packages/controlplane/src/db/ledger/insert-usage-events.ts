// Writes rows of the ledger, many at once. The unique event id stands against duplicates; those that are there already
// are looked up first, which is safe because every writer of a cell holds the lock of its log's head.
import type { UsageEvent } from '@secrouter/proto';
import type { ClientBase } from 'pg';
import { type CopyValue, copyRows } from '../copy-rows.ts';

/** Inserts what is not there yet, the first of each event id; resolves to the event ids that were inserted. */
export async function insertUsageEvents(client: ClientBase, events: readonly UsageEvent[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const { rows: known } = await client.query<{ event_id: string }>(
    'SELECT event_id FROM usage_events WHERE event_id = ANY($1::uuid[])',
    [events.map((event) => event.eventId)],
  );
  const taken = new Set(known.map((row) => row.event_id));
  const inserted = new Set<string>();
  const rows: CopyValue[][] = [];
  for (const event of events) {
    if (taken.has(event.eventId) || inserted.has(event.eventId)) continue;
    inserted.add(event.eventId);
    rows.push(COLUMNS.map(([, value]) => value(event)));
  }
  await copyRows(client, 'usage_events', COLUMN_NAMES, rows);
  return inserted;
}

const COLUMNS: readonly (readonly [column: string, value: (event: UsageEvent) => CopyValue])[] = [
  ['event_id', (event) => event.eventId],
  ['kind', (event) => event.kind],
  ['refers_to', (event) => event.refersTo],
  ['cell', (event) => event.cell],
  ['time', (event) => event.time],
  ['request_id', (event) => event.requestId],
  ['client_request_id', (event) => event.clientRequestId],
  ['trace_id', (event) => event.traceId],
  ['upstream_request_id', (event) => event.upstreamRequestId],
  ['pod_id', (event) => event.podId],
  ['pod_stream', (event) => event.podStream],
  ['principal', (event) => event.principal],
  ['email', (event) => event.email],
  ['actor', (event) => event.actor],
  ['service', (event) => event.service],
  ['groups', (event) => event.groups],
  ['cost_center', (event) => event.costCenter],
  ['endpoint', (event) => event.endpoint],
  ['provider', (event) => event.provider],
  ['model', (event) => event.model],
  ['tier', (event) => event.tier],
  ['tier_source', (event) => event.tierSource],
  ['streamed', (event) => event.streamed],
  ['input_tokens', (event) => event.inputTokens],
  ['cached_input_tokens', (event) => event.cachedInputTokens],
  ['cache_write_tokens', (event) => event.cacheWriteTokens],
  ['output_tokens', (event) => event.outputTokens],
  ['reasoning_tokens', (event) => event.reasoningTokens],
  ['cost_nano_usd', (event) => event.costNanoUsd],
  ['price', (event) => (event.price === null ? null : JSON.stringify(event.price))],
  ['estimated', (event) => event.estimated],
  ['outcome', (event) => event.outcome],
  ['status', (event) => event.status],
  ['first_byte_ms', (event) => event.firstByteMs],
  ['total_ms', (event) => event.totalMs],
  ['attempts', (event) => event.attempts],
  ['epoch', (event) => event.epoch],
  ['revision', (event) => event.revision],
  ['reason', (event) => event.reason],
];
const COLUMN_NAMES = COLUMNS.map(([column]) => column);
