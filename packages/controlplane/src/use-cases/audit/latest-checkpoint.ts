// The newest signed checkpoint as its note; made when there is none yet.
import type { Pool } from 'pg';
import { ensureCheckpoint, readAuditSigningKey } from '../../audit/sign-checkpoint.ts';
import { readLatestCheckpoint } from '../../db/audit/checkpoints.ts';

/** Text of the newest note; undefined while the log is empty. */
export async function latestCheckpoint(pool: Pool, cell: string, signingKeyFile: string): Promise<string | undefined> {
  const latest = await readLatestCheckpoint(pool, cell);
  if (latest !== undefined) return latest.note;
  return (await ensureCheckpoint(pool, cell, await readAuditSigningKey(signingKeyFile)))?.note;
}
