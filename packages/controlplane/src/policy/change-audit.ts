// The audit leaves of one configuration change: what somebody did (`admin.action`, from which the overrides table can be
// derived again) and what was published because of it (`config.publish`).
import { randomBytes } from 'node:crypto';
import { AUDIT_EVENT_VERSION, type AuditEvent, type SnapshotSeal, uuidV7 } from '@secrouter/proto';
import type { RevisionKind } from '../db/config-store.ts';
import type { ConfigChange, OverrideDifference } from './config-state.ts';

/** Which process emits the leaves. */
export interface AuditOrigin {
  readonly cell: string;
  readonly podId: string;
  /** A UUID of this start of the process. */
  readonly podStream: string;
}

/** A change that was made. */
export interface AuditedChange {
  readonly kind: RevisionKind;
  readonly change: ConfigChange;
  readonly context: {
    readonly author: string;
    readonly reason: string;
    readonly sourceIp: string | null;
    readonly requestId: string | null;
  };
  readonly differences: readonly OverrideDifference[];
  readonly seal: SnapshotSeal;
  readonly fromRevision: number;
}

/** The leaves of a change, in the order in which they are appended. */
export function changeAuditEvents(origin: AuditOrigin, time: string, audited: AuditedChange): AuditEvent[] {
  const { seal, differences, fromRevision } = audited;
  return [
    auditEvent(origin, time, audited, 'admin.action', {
      action: actionOf(audited.change),
      reason: audited.context.reason,
      fromRevision,
      ...targetOf(audited.change),
      changes: differences.map(({ scope, name, before, after }) => ({ scope, name, before, after })) as JsonDetail,
    }),
    auditEvent(origin, time, audited, 'config.publish', {
      kind: audited.kind,
      epoch: seal.epoch,
      revision: seal.revision,
      digest: seal.digest,
      keyId: seal.keyId,
      totalBytes: seal.totalBytes,
    }),
  ];
}

type JsonDetail = AuditEvent['detail'][string];

/** An event of the control plane itself, with the fields that only a request has left out. */
export function auditEvent(
  origin: AuditOrigin,
  time: string,
  subject: Pick<AuditedChange, 'context'> & { readonly seal: { readonly revision: number } },
  type: AuditEvent['type'],
  detail: AuditEvent['detail'],
): AuditEvent {
  return {
    version: AUDIT_EVENT_VERSION,
    eventId: uuidV7(Date.parse(time), randomBytes(10)),
    time,
    type,
    cell: origin.cell,
    podId: origin.podId,
    podStream: origin.podStream,
    principal: subject.context.author,
    actor: null,
    sourceIp: subject.context.sourceIp,
    requestId: subject.context.requestId,
    traceId: null,
    model: null,
    tier: null,
    outcome: 'ok',
    revision: subject.seal.revision,
    detail,
  };
}

function actionOf(change: ConfigChange): string {
  if (change.kind === 'override') return change.value === null ? 'override.remove' : 'override.write';
  if (change.kind === 'revoke') return 'revocation.add';
  return change.kind === 'reinstate' ? 'revocation.remove' : change.kind;
}

function targetOf(change: ConfigChange): AuditEvent['detail'] {
  switch (change.kind) {
    case 'override':
      return { scope: change.scope, name: change.name };
    case 'rollback':
      return { toRevision: change.revision };
    case 'revoke':
      return { revocationId: change.revocation.id, kind: change.revocation.kind, value: change.revocation.value };
    case 'reinstate':
      return { revocationId: change.id };
    case 'restore':
      return { above: change.above, raiseEpoch: change.raiseEpoch };
    case 'baseline':
      return {};
  }
}
