// The rows of the log: the canonical body with its hash, and copies of what is searched for.
import type { AuditLeaf, AuditType, EncodedLeaf } from '@secrouter/proto';
import type { ClientBase } from 'pg';
import { type CopyValue, copyRows } from '../copy-rows.ts';

/** A leaf with its text and hash. */
export interface SequencedLeaf {
  readonly leaf: AuditLeaf;
  readonly encoded: EncodedLeaf;
}

/** Inserts leaves. An event that is in the log already violates the key: ask `findKnownLeaves` first. */
export async function insertAuditLeaves(
  client: ClientBase,
  cell: string,
  leaves: readonly SequencedLeaf[],
): Promise<void> {
  await copyRows(
    client,
    'audit_leaves',
    LEAF_TABLE_COLUMNS,
    leaves.map((leaf) => toRow(cell, leaf)),
  );
}

const LEAF_TABLE_COLUMNS = [
  'cell',
  'log_index',
  'event_id',
  'type',
  'time',
  'principal',
  'actor',
  'source_ip',
  'request_id',
  'model',
  'tier',
  'outcome',
  'code',
  'hash',
  'body',
] as const;

/** Which of these events are in the log, as `<event id> <type>`. */
export async function findKnownLeaves(
  client: ClientBase,
  keys: readonly { readonly eventId: string; readonly type: AuditType }[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { rows } = await client.query<{ event_id: string; type: string }>(
    'SELECT event_id, type FROM audit_leaves WHERE event_id = ANY($1::uuid[])',
    [keys.map((key) => key.eventId)],
  );
  return new Set(rows.map((row) => leafKey(row.event_id, row.type)));
}

/** Key of a leaf: an event leaves at most one of each type. Event ids are compared as PostgreSQL prints them. */
export function leafKey(eventId: string, type: string): string {
  return `${eventId.toLowerCase()} ${type}`;
}

// In the order of the columns above.
function toRow(cell: string, { leaf, encoded }: SequencedLeaf): CopyValue[] {
  const code = leaf.detail.code;
  return [
    cell,
    leaf.index,
    leaf.eventId,
    leaf.type,
    leaf.time,
    leaf.principal,
    leaf.actor,
    leaf.sourceIp,
    leaf.requestId,
    leaf.model,
    leaf.tier,
    leaf.outcome,
    typeof code === 'string' ? code : null,
    encoded.hash,
    encoded.body,
  ];
}
