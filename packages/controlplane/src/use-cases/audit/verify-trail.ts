// Verification for the console: with the public half of the log's own key.
import { createPublicKey } from 'node:crypto';
import { logOrigin } from '@secrouter/proto';
import type { Pool } from 'pg';
import { readAuditSigningKey } from '../../audit/sign-checkpoint.ts';
import { type AuditVerification, verifyAudit } from '../../audit/verify-audit.ts';

/** Verifies a cell's whole log. */
export async function verifyTrail(pool: Pool, cell: string, signingKeyFile: string): Promise<AuditVerification> {
  const publicKey = createPublicKey(await readAuditSigningKey(signingKeyFile));
  return verifyAudit({ pool, cell, key: { name: logOrigin(cell), publicKey } });
}
