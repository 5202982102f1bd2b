// Environment of the migration runner; the only place of this process that reads it.
import { z } from 'zod';
import { requireEnvironment } from '../environment/require-environment.ts';
import { postgresUrl } from '../environment/variables.ts';

/** Every variable that the migration runner reads. */
export const migrationEnvironmentSchema = z.object({
  DATABASE_URL: postgresUrl.describe('PostgreSQL'),
  DATABASE_DIRECT_URL: postgresUrl.optional().describe('PostgreSQL without a pooler, for locks and LISTEN'),
});

/** The connection that migrations run over: the direct one where a pooler stands before the database. */
export function readMigrationConfig(): { readonly connectionString: string } {
  const environment = requireEnvironment(migrationEnvironmentSchema, process.env);
  return Object.freeze({ connectionString: environment.DATABASE_DIRECT_URL ?? environment.DATABASE_URL });
}
