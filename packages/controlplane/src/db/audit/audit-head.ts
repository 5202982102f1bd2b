// The head of one log. Whoever holds its row lock is the sequencer: two processes can never fork a log.
import { HASH_BYTES, type MerkleTree } from '@secrouter/proto';
import type { ClientBase, Pool } from 'pg';

export interface AuditHead {
  readonly tree: MerkleTree;
  /** Hash of the last leaf; undefined in an empty log. */
  readonly lastHash: Buffer | undefined;
}

interface HeadRow {
  readonly size: string;
  readonly last_hash: Buffer | null;
  readonly edge: Buffer;
}

/** Locks the head until the transaction ends. Makes the log at its first use. */
export async function lockAuditHead(client: ClientBase, cell: string): Promise<AuditHead> {
  const locking = 'SELECT size, last_hash, edge FROM audit_head WHERE cell = $1 FOR UPDATE';
  const found = await client.query<HeadRow>(locking, [cell]);
  const [row] = found.rows;
  if (row !== undefined) return toHead(row);
  await client.query('INSERT INTO audit_head (cell) VALUES ($1) ON CONFLICT DO NOTHING', [cell]);
  const made = await client.query<HeadRow>(locking, [cell]);
  const [first] = made.rows;
  if (first === undefined) throw new Error(`the log of cell ${cell} has no head`);
  return toHead(first);
}

/** The head as it is now; undefined before the first leaf. */
export async function readAuditHead(client: ClientBase | Pool, cell: string): Promise<AuditHead | undefined> {
  const { rows } = await client.query<HeadRow>('SELECT size, last_hash, edge FROM audit_head WHERE cell = $1', [cell]);
  const [row] = rows;
  return row === undefined ? undefined : toHead(row);
}

/** Moves the head; the caller holds its lock. */
export async function moveAuditHead(client: ClientBase, cell: string, head: AuditHead): Promise<void> {
  await client.query(
    'UPDATE audit_head SET size = $2, last_hash = $3, edge = $4, updated_at = clock_timestamp() WHERE cell = $1',
    [cell, head.tree.size, head.lastHash ?? null, Buffer.concat(head.tree.edge)],
  );
}

function toHead(row: HeadRow): AuditHead {
  const edge: Buffer[] = [];
  for (let at = 0; at < row.edge.length; at += HASH_BYTES) edge.push(row.edge.subarray(at, at + HASH_BYTES));
  return { tree: { size: Number(row.size), edge }, lastHash: row.last_hash ?? undefined };
}
