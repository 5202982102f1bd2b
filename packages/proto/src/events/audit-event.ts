// The audit event as a process emits it, before the sequencer gives it a place in the log. Metadata only.
import { z } from 'zod';
import { text } from './request-shape.ts';

export const AUDIT_EVENT_VERSION = 1;

export const AUDIT_TYPES = [
  'auth.failure',
  'auth.success',
  'authz.deny',
  'authz.downgrade',
  'quota.exceeded',
  'egress.deny',
  'route.decision',
  'usage',
  'provider.circuit',
  'admin.login',
  'admin.action',
  'config.publish',
  'config.nack',
  'policy.stale',
  'anomaly',
  'checkpoint.exported',
  'audit.pruned',
  'pod.start',
  'pod.stop',
  'principal.erased',
  'log.restored',
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];

/** Values of a leaf's detail: flat, JSON-safe, closed keys chosen by the emitter; `before`/`after` of an admin action may nest. */
export const auditDetailSchema = z.record(z.string().max(64), z.json());

export const auditEventSchema = z.object({
  version: z.literal(AUDIT_EVENT_VERSION),
  eventId: z.uuid(),
  time: z.iso.datetime(),
  type: z.enum(AUDIT_TYPES),
  cell: text,
  podId: text,
  podStream: z.uuid(),
  principal: text.nullable(),
  actor: text.nullable(),
  sourceIp: text.nullable(),
  requestId: text.nullable(),
  traceId: text.nullable(),
  model: text.nullable(),
  tier: text.nullable(),
  outcome: text,
  revision: z.number().int().nonnegative().nullable(),
  detail: auditDetailSchema,
});

export type AuditEvent = z.infer<typeof auditEventSchema>;
