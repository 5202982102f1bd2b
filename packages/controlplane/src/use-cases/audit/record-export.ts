// Taking data out is an administrator's action like any other: it leaves a leaf.
import { randomBytes } from 'node:crypto';
import { AUDIT_EVENT_VERSION, type AuditEvent, uuidV7 } from '@secrouter/proto';
import type { Pool } from 'pg';
import { appendAuditEvents } from '../../audit/append-audit-events.ts';
import { withTransaction } from '../../db/transaction.ts';

export interface ExportRecord {
  /** The process that answers, as it numbers its events. */
  readonly origin: { readonly cell: string; readonly podId: string; readonly podStream: string };
  readonly principal: string;
  readonly sourceIp: string | null;
  readonly requestId: string;
  readonly revision: number;
  /** What was taken: the parameters of the reading. */
  readonly detail: AuditEvent['detail'];
}

/** Appends an `admin.action` leaf; resolves once it is committed. */
export async function recordExport(pool: Pool, record: ExportRecord, nowMs: number = Date.now()): Promise<void> {
  const { origin, principal, sourceIp, requestId, revision, detail } = record;
  const event: AuditEvent = {
    version: AUDIT_EVENT_VERSION,
    eventId: uuidV7(nowMs, randomBytes(10)),
    time: new Date(nowMs).toISOString(),
    type: 'admin.action',
    ...origin,
    principal,
    actor: null,
    sourceIp,
    requestId,
    traceId: null,
    model: null,
    tier: null,
    outcome: 'ok',
    revision,
    detail,
  };
  await withTransaction(pool, (client) => appendAuditEvents(client, origin.cell, [event]));
}
