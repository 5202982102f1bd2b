// What the end-to-end and integration tests drive without a process of their own.
export { appendAuditEvents } from './audit/append-audit-events.ts';
export { ensureCheckpoint, readAuditSigningKey } from './audit/sign-checkpoint.ts';
export { type AuditVerification, verifyAudit } from './audit/verify-audit.ts';
export { withTransaction } from './db/transaction.ts';
export { createLogger } from './environment/create-logger.ts';
export { migrate } from './migrate/migrate.ts';
export { type ChangeContext, type PublishDependencies, type PublishOutcome, publish } from './policy/publish.ts';
export { publishBaseline } from './policy/publish-baseline.ts';
export type { PolicyServerConfig } from './policy-server/config.ts';
export { type PolicyServer, startPolicyServer } from './policy-server/create-policy-server.ts';
export { INGEST_STEPS, type IngestStep, ingestItems } from './usage/ingest-items.ts';
export { LedgerWriter } from './usage/ledger-writer.ts';
export { type IngestItem, parseBatch } from './usage/parse-batch.ts';
export { leaseReaper } from './usage/reap-leases.ts';
