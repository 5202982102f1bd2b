// Reads leaves in the order of the log, a page at a time, with the columns that repeat parts of the body.
import type { ClientBase } from 'pg';

/** A row of the log as it lies there. */
export interface LeafRow {
  readonly index: number;
  readonly body: string;
  readonly hash: Buffer;
  readonly eventId: string;
  readonly type: string;
  readonly time: string;
  readonly principal: string | null;
  readonly actor: string | null;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  readonly outcome: string;
  readonly code: string | null;
}

interface Row {
  readonly log_index: string;
  readonly body: string;
  readonly hash: Buffer;
  readonly event_id: string;
  readonly type: string;
  readonly time: Date;
  readonly principal: string | null;
  readonly actor: string | null;
  readonly source_ip: string | null;
  readonly request_id: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  readonly outcome: string;
  readonly code: string | null;
}

/** The columns of `audit_leaves` that make a `LeafRow`. */
export const LEAF_COLUMNS =
  'log_index, body, hash, event_id, type, time, principal, actor, source_ip, request_id, model, tier, outcome, code';

/** At most `limit` leaves from `from` on. A place that is taken twice yields both rows, however many there are. */
export async function readLeaves(client: ClientBase, cell: string, from: number, limit: number): Promise<LeafRow[]> {
  const { rows } = await client.query<Row>(
    `SELECT ${LEAF_COLUMNS} FROM audit_leaves WHERE cell = $1 AND log_index >= $2
      ORDER BY log_index FETCH FIRST $3 ROWS WITH TIES`,
    [cell, from, limit],
  );
  return rows.map(toLeafRow);
}

/** Maps a row that was selected by `LEAF_COLUMNS`. */
export function toLeafRow(row: Row): LeafRow {
  return {
    index: Number(row.log_index),
    body: row.body,
    hash: row.hash,
    eventId: row.event_id,
    type: row.type,
    time: row.time.toISOString(),
    principal: row.principal,
    actor: row.actor,
    sourceIp: row.source_ip,
    requestId: row.request_id,
    model: row.model,
    tier: row.tier,
    outcome: row.outcome,
    code: row.code,
  };
}

export type { Row as LeafQueryRow };
