// Applies pending migrations under an advisory lock, one transaction each, and notes them in Prisma's own table.
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { type Migration, readMigrations } from './migration-files.ts';
import { type AppliedMigration, planMigrations } from './plan-migrations.ts';

/** Prisma's own advisory lock, so that its tools and this runner exclude each other. */
const ADVISORY_LOCK = 72_707_369;

/** A migration that cannot be applied safely; the message lists every reason. */
export class MigrationRefused extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: unknown) {
    super(problems.join('\n'), cause === undefined ? undefined : { cause });
    this.name = 'MigrationRefused';
    this.problems = problems;
  }
}

export interface MigrationReport {
  readonly applied: readonly string[];
  /** Applied by a newer version than this one. */
  readonly unknown: readonly string[];
}

/** Brings the database up to date; a second call applies nothing. The client must be a session of its own. */
export async function migrate(client: Client, folder?: string): Promise<MigrationReport> {
  const brought = await readMigrations(folder);
  await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
  try {
    await client.query(MIGRATIONS_TABLE);
    const plan = planMigrations(brought, await readApplied(client));
    if (plan.outcome === 'refused') throw new MigrationRefused(plan.problems);
    for (const migration of plan.pending) await applyMigration(client, migration);
    return { applied: plan.pending.map((migration) => migration.name), unknown: plan.unknown };
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK]);
  }
}

const MIGRATIONS_TABLE = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

async function readApplied(client: Client): Promise<AppliedMigration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; is_finished: boolean }>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS is_finished
       FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY migration_name`,
  );
  return rows.map((row) => ({ name: row.migration_name, checksum: row.checksum, isFinished: row.is_finished }));
}

async function applyMigration(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationRefused([`${migration.name} failed and was rolled back: ${String(error)}`], error);
  }
}
