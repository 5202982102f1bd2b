// The configuration's tables, read and written within a publication's transaction.
import { createHash } from 'node:crypto';
import type {
  ConfigWarning,
  EffectiveConfig,
  OverrideScope,
  Revocation,
  SealedSnapshot,
  Snapshot,
} from '@secrouter/proto';
import type { ClientBase, Pool, PoolClient } from 'pg';
import type { BaselineFiles, ConfigChange, ConfigState, OverrideDifference } from '../policy/config-state.ts';

/** Newest position of a cell, and the database's time: one clock for all processes. */
export interface ConfigHead {
  readonly epoch: number;
  /** 0 before the first publication. */
  readonly revision: number;
  readonly time: string;
}

/** Locks the cell's head until the transaction ends. Makes the cell at its first use. */
export async function lockHead(client: PoolClient, cell: string): Promise<ConfigHead> {
  await client.query('INSERT INTO cell (id) VALUES ($1) ON CONFLICT (id) DO NOTHING', [cell]);
  const { rows } = await client.query<{ epoch: string; revision: string; time: Date }>(
    'SELECT epoch, revision, clock_timestamp() AS time FROM cell WHERE id = $1 FOR UPDATE',
    [cell],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`cell ${cell} vanished`);
  return { epoch: Number(row.epoch), revision: Number(row.revision), time: row.time.toISOString() };
}

/** The state that the head was built from; undefined before the first publication. */
export async function readConfigState(
  client: ClientBase | Pool,
  cell: string,
  head: Pick<ConfigHead, 'revision'>,
): Promise<ConfigState | undefined> {
  const { rows } = await client.query<{ files: BaselineFiles }>(
    `SELECT baseline.files FROM config_revision AS revision
       JOIN config_baseline AS baseline ON baseline.cell = revision.cell AND baseline.digest = revision.baseline_digest
      WHERE revision.cell = $1 AND revision.revision = $2`,
    [cell, head.revision],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const overrides = await client.query<{ scope: OverrideScope; name: string; value: unknown }>(
    'SELECT scope, name, value FROM config_override WHERE cell = $1 ORDER BY scope, name',
    [cell],
  );
  const revocations = await client.query<Revocation>(
    'SELECT id, kind, value FROM revocation WHERE cell = $1 AND removed_at IS NULL ORDER BY created_at, id',
    [cell],
  );
  return { files: row.files, overrides: overrides.rows, revocations: revocations.rows };
}

/** The configuration that the newest snapshot carries. */
export async function readHeadConfig(client: PoolClient, cell: string): Promise<EffectiveConfig> {
  const { rows } = await client.query<{ content: Buffer }>(
    `SELECT content FROM cell JOIN config_revision AS revision
         ON revision.cell = cell.id AND revision.revision = cell.revision WHERE cell.id = $1`,
    [cell],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`cell ${cell} has no snapshot`);
  return (JSON.parse(row.content.toString('utf8')) as Snapshot).config;
}

/** One publication as it is written down. */
export interface RevisionToWrite {
  readonly time: string;
  readonly kind: RevisionKind;
  readonly change: ConfigChange;
  readonly state: ConfigState;
  readonly differences: readonly OverrideDifference[];
  readonly author: string;
  readonly reason: string;
  readonly sealed: SealedSnapshot;
  readonly warnings: readonly ConfigWarning[];
}

export type RevisionKind = 'publish' | 'rollback' | 'baseline' | 'revocation' | 'restore';

/** Writes the revision with its snapshot, the overrides with their history, revocations, and moves the head. */
export async function writeRevision(client: PoolClient, written: RevisionToWrite): Promise<void> {
  const { cell, epoch, revision } = written.sealed.seal;
  const baselineDigest = await keepBaseline(client, cell, written.state.files);
  await insertRevision(client, written, baselineDigest);
  for (const difference of written.differences) await writeOverride(client, written, difference);
  await writeRevocation(client, written);
  await client.query('UPDATE cell SET epoch = $2, revision = $3 WHERE id = $1', [cell, epoch, revision]);
}

async function keepBaseline(client: PoolClient, cell: string, files: BaselineFiles): Promise<string> {
  const digest = createHash('sha256')
    .update(JSON.stringify([files.config, files.egress ?? null, files.listenersOnLoopback]))
    .digest('hex');
  await client.query('INSERT INTO config_baseline (cell, digest, files) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    cell,
    digest,
    JSON.stringify(files),
  ]);
  return digest;
}

async function insertRevision(client: PoolClient, written: RevisionToWrite, baselineDigest: string): Promise<void> {
  const { seal, content } = written.sealed;
  await client.query(
    `INSERT INTO config_revision (cell, revision, epoch, kind, baseline_digest, overrides, changes, warnings, author,
                                  reason, digest, algorithm, key_id, signature, content, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      seal.cell,
      seal.revision,
      seal.epoch,
      written.kind,
      baselineDigest,
      JSON.stringify(written.state.overrides),
      JSON.stringify(written.differences),
      JSON.stringify(written.warnings),
      written.author,
      written.reason,
      seal.digest,
      seal.algorithm,
      seal.keyId,
      seal.signature,
      Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      written.time,
    ],
  );
}

async function writeOverride(
  client: PoolClient,
  written: RevisionToWrite,
  { scope, name, before, after }: OverrideDifference,
): Promise<void> {
  const { cell, revision } = written.sealed.seal;
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  await client.query(
    `INSERT INTO config_override_history (cell, revision, scope, name, before, value, author, reason, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [cell, revision, scope, name, json(before), json(after), written.author, written.reason, written.time],
  );
  if (after === null) {
    await client.query('DELETE FROM config_override WHERE cell = $1 AND scope = $2 AND name = $3', [cell, scope, name]);
    return;
  }
  await client.query(
    `INSERT INTO config_override (cell, scope, name, value, author, reason, revision, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (cell, scope, name) DO UPDATE SET value = EXCLUDED.value, author = EXCLUDED.author,
       reason = EXCLUDED.reason, revision = EXCLUDED.revision, updated_at = EXCLUDED.updated_at`,
    [cell, scope, name, json(after), written.author, written.reason, revision, written.time],
  );
}

async function writeRevocation(client: PoolClient, written: RevisionToWrite): Promise<void> {
  const { change, author, reason, time } = written;
  const { cell } = written.sealed.seal;
  if (change.kind === 'revoke') {
    const { id, kind, value } = change.revocation;
    await client.query(
      'INSERT INTO revocation (id, cell, kind, value, author, reason, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [id, cell, kind, value, author, reason, time],
    );
  }
  if (change.kind === 'reinstate') {
    await client.query('UPDATE revocation SET removed_at = $3, removed_by = $4 WHERE cell = $1 AND id = $2', [
      cell,
      change.id,
      time,
      author,
    ]);
  }
}
