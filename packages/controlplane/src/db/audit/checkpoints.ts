// Signed checkpoints as they were made, and where they were exported to.
import type { ClientBase, Pool } from 'pg';

export interface CheckpointRow {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly signedAt: string;
  readonly exportedAt: string | null;
  readonly exportedTo: string | null;
}

interface Row {
  readonly size: string;
  readonly root: Buffer;
  readonly note: string;
  readonly signed_at: Date;
  readonly exported_at: Date | null;
  readonly exported_to: string | null;
}

const COLUMNS = 'size, root, note, signed_at, exported_at, exported_to';

/** The newest checkpoint, if there is any. */
export async function readLatestCheckpoint(db: ClientBase | Pool, cell: string): Promise<CheckpointRow | undefined> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE cell = $1 ORDER BY size DESC LIMIT 1`,
    [cell],
  );
  return rows[0] === undefined ? undefined : toCheckpoint(rows[0]);
}

/** Checkpoints with a size above `after`, smallest first, at most `limit`. */
export async function readCheckpoints(
  db: ClientBase | Pool,
  cell: string,
  after: number,
  limit: number,
): Promise<CheckpointRow[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE cell = $1 AND size > $2 ORDER BY size LIMIT $3`,
    [cell, after, limit],
  );
  return rows.map(toCheckpoint);
}

/** Checkpoints that no sink has yet, smallest first. */
export async function readUnexportedCheckpoints(
  db: ClientBase | Pool,
  cell: string,
  limit: number,
): Promise<CheckpointRow[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM checkpoints WHERE cell = $1 AND exported_at IS NULL ORDER BY size LIMIT $2`,
    [cell, limit],
  );
  return rows.map(toCheckpoint);
}

/** Keeps a checkpoint; one of the same size stays as it is. */
export async function insertCheckpoint(
  db: ClientBase | Pool,
  cell: string,
  checkpoint: { readonly size: number; readonly root: Buffer; readonly note: string },
): Promise<void> {
  await db.query('INSERT INTO checkpoints (cell, size, root, note) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
    cell,
    checkpoint.size,
    checkpoint.root,
    checkpoint.note,
  ]);
}

/** Notes that a sink has the checkpoint. */
export async function markExported(db: ClientBase | Pool, cell: string, size: number, sink: string): Promise<void> {
  await db.query(
    'UPDATE checkpoints SET exported_at = clock_timestamp(), exported_to = $3 WHERE cell = $1 AND size = $2',
    [cell, size, sink],
  );
}

function toCheckpoint(row: Row): CheckpointRow {
  return {
    size: Number(row.size),
    root: row.root,
    note: row.note,
    signedAt: row.signed_at.toISOString(),
    exportedAt: row.exported_at?.toISOString() ?? null,
    exportedTo: row.exported_to,
  };
}
