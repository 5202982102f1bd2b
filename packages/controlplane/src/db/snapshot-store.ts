// Sealed snapshots as they lie in the revisions table.
import type { SealedSnapshot, SignatureAlgorithm, SnapshotPosition } from '@secrouter/proto';
import type { Pool } from 'pg';

/** The newest published position of a cell; undefined before the first publication. */
export async function readHeadPosition(pool: Pool, cell: string): Promise<SnapshotPosition | undefined> {
  const { rows } = await pool.query<{ epoch: string; revision: string }>(
    'SELECT epoch, revision FROM cell WHERE id = $1 AND revision > 0',
    [cell],
  );
  const [row] = rows;
  return row === undefined ? undefined : { epoch: Number(row.epoch), revision: Number(row.revision) };
}

/** The newest sealed snapshot of a cell; undefined before the first publication. */
export async function readHeadSnapshot(pool: Pool, cell: string): Promise<SealedSnapshot | undefined> {
  const { rows } = await pool.query<SealedRow>(
    `SELECT revision.epoch, revision.revision, digest, algorithm, key_id, signature, content
       FROM cell JOIN config_revision AS revision ON revision.cell = cell.id AND revision.revision = cell.revision
      WHERE cell.id = $1`,
    [cell],
  );
  const [row] = rows;
  return row === undefined ? undefined : toSealed(cell, row);
}

interface SealedRow {
  readonly epoch: string;
  readonly revision: string;
  readonly digest: string;
  readonly algorithm: string;
  readonly key_id: string;
  readonly signature: string;
  readonly content: Buffer;
}

function toSealed(cell: string, row: SealedRow): SealedSnapshot {
  return {
    seal: {
      cell,
      epoch: Number(row.epoch),
      revision: Number(row.revision),
      totalBytes: row.content.byteLength,
      digest: row.digest,
      // Written by `publish` alone; a pod refuses anything else.
      algorithm: row.algorithm as SignatureAlgorithm,
      keyId: row.key_id,
      signature: row.signature,
    },
    content: row.content,
  };
}
