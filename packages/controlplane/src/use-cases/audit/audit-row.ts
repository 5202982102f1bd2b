// A leaf as a reader sees it: persons by name for as long as they are not erased.
import type { AuditLeaf } from '@secrouter/proto';
import type { ClientBase, Pool } from 'pg';
import type { LeafRow } from '../../db/audit/read-leaves.ts';
import { readSubjects, type Subject } from '../../db/audit/read-subjects.ts';

/** One leaf with names. A person is null when there was none, and when it was erased: then a commitment is left. */
export interface AuditRow {
  readonly index: number;
  readonly eventId: string;
  readonly time: string;
  readonly type: string;
  readonly outcome: string;
  readonly principal: string | null;
  readonly actor: string | null;
  readonly sourceIp: string | null;
  readonly commitments: {
    readonly principal: string | null;
    readonly actor: string | null;
    readonly sourceIp: string | null;
  };
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  readonly code: string | null;
  readonly revision: number | null;
  readonly podId: string;
  readonly podStream: string;
  readonly podSequence: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly prevHash: string;
  readonly hash: string;
}

/** Opens the persons of a page of leaves. */
export async function toAuditRows(db: ClientBase | Pool, cell: string, rows: readonly LeafRow[]): Promise<AuditRow[]> {
  const commitments = rows.flatMap((row) => [row.principal, row.actor, row.sourceIp]).filter((value) => value !== null);
  const subjects = await readSubjects(db, cell, [...new Set(commitments)]);
  return rows.map((row) => toAuditRow(row, subjects));
}

function toAuditRow(row: LeafRow, subjects: ReadonlyMap<string, Subject>): AuditRow {
  // Written by the sequencer; whether it still is what was written is the verifier's question.
  const leaf = JSON.parse(row.body) as AuditLeaf;
  const nameOf = (commitment: string | null) =>
    commitment === null ? null : (subjects.get(commitment)?.value ?? null);
  return {
    index: row.index,
    eventId: row.eventId,
    time: leaf.time,
    type: leaf.type,
    outcome: leaf.outcome,
    principal: nameOf(leaf.principal),
    actor: nameOf(leaf.actor),
    sourceIp: nameOf(leaf.sourceIp),
    commitments: { principal: leaf.principal, actor: leaf.actor, sourceIp: leaf.sourceIp },
    requestId: leaf.requestId,
    traceId: leaf.traceId,
    model: leaf.model,
    tier: leaf.tier,
    code: row.code,
    revision: leaf.revision,
    podId: leaf.podId,
    podStream: leaf.podStream,
    podSequence: leaf.podSequence,
    detail: leaf.detail,
    prevHash: leaf.prevHash,
    hash: row.hash.toString('hex'),
  };
}
