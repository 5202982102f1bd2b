// What is to be done: pure comparison of the migrations that we bring with those that the database has.
import type { Migration } from './migration-files.ts';

/** A row of `_prisma_migrations`. */
export interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly isFinished: boolean;
}

export type MigrationPlan =
  | { readonly outcome: 'ready'; readonly pending: readonly Migration[]; readonly unknown: readonly string[] }
  | { readonly outcome: 'refused'; readonly problems: readonly string[] };

/**
 * Plans what to apply. Refuses a changed or half-applied migration. Migrations that only the database knows belong to a
 * newer version and are left alone, because schema changes expand first.
 */
export function planMigrations(brought: readonly Migration[], applied: readonly AppliedMigration[]): MigrationPlan {
  const rows = new Map(applied.map((row) => [row.name, row]));
  const problems = brought
    .map((migration) => rowProblem(migration, rows.get(migration.name)))
    .filter((problem) => problem !== undefined);
  if (problems.length > 0) return { outcome: 'refused', problems };
  const known = new Set(brought.map((migration) => migration.name));
  return {
    outcome: 'ready',
    pending: brought.filter((migration) => !rows.has(migration.name)),
    unknown: applied.map((row) => row.name).filter((name) => !known.has(name)),
  };
}

function rowProblem(migration: Migration, row: AppliedMigration | undefined): string | undefined {
  if (row === undefined) return undefined;
  if (!row.isFinished)
    return `${migration.name} began and did not finish; restore the database or remove its row by hand`;
  if (row.checksum === migration.checksum) return undefined;
  return `${migration.name} was changed after it had been applied: the database has ${row.checksum}, the file is ${migration.checksum}`;
}
