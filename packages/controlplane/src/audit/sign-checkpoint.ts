// Makes a checkpoint of the log as it stands, when there is something that the last one does not cover.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { logOrigin, merkleRoot, signCheckpoint } from '@secrouter/proto';
import type { Pool } from 'pg';
import { readAuditHead } from '../db/audit/audit-head.ts';
import { type CheckpointRow, insertCheckpoint, readLatestCheckpoint } from '../db/audit/checkpoints.ts';

/** Signs a checkpoint of the present head unless the newest one covers it; resolves to the newest. */
export async function ensureCheckpoint(
  pool: Pool,
  cell: string,
  privateKey: KeyObject,
): Promise<CheckpointRow | undefined> {
  const head = await readAuditHead(pool, cell);
  const latest = await readLatestCheckpoint(pool, cell);
  if (head === undefined || head.tree.size === 0 || (latest?.size ?? 0) >= head.tree.size) return latest;
  const root = merkleRoot(head.tree);
  const note = signCheckpoint({ origin: logOrigin(cell), size: head.tree.size, root }, privateKey);
  await insertCheckpoint(pool, cell, { size: head.tree.size, root, note });
  return readLatestCheckpoint(pool, cell);
}

/** Reads the log's signing key: an Ed25519 private key as PKCS #8 PEM. */
export async function readAuditSigningKey(file: string): Promise<KeyObject> {
  const key = createPrivateKey(await readFile(file));
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('the audit signing key is not an Ed25519 key');
  return key;
}
