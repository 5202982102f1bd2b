// The rows of the log: the canonical body with its hash, and copies of what is searched for.
import type { AuditLeaf, AuditType, EncodedLeaf } from '@secrouter/proto';
import type { ClientBase } from 'pg';

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
  await client.query(INSERT, [cell, JSON.stringify(leaves.map(toRow))]);
}

const INSERT = `
  INSERT INTO audit_leaves (cell, log_index, event_id, type, time, principal, actor, source_ip, request_id, model, tier,
                            outcome, code, hash, body)
  SELECT $1, i, e, y, t, p, a, s, r, m, k, o, c, decode(h, 'hex'), b
    FROM json_to_recordset($2::json) AS leaf(i bigint, e uuid, y text, t timestamptz, p text, a text, s text, r text,
                                               m text, k text, o text, c text, h text, b text)`;

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

function toRow({ leaf, encoded }: SequencedLeaf) {
  const code = leaf.detail.code;
  return {
    i: leaf.index,
    e: leaf.eventId,
    y: leaf.type,
    t: leaf.time,
    p: leaf.principal,
    a: leaf.actor,
    s: leaf.sourceIp,
    r: leaf.requestId,
    m: leaf.model,
    k: leaf.tier,
    o: leaf.outcome,
    c: typeof code === 'string' ? code : null,
    h: encoded.hash.toString('hex'),
    b: encoded.body,
  };
}
