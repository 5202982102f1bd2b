// Applies the database migrations and ends: 0 when the schema is current, 78 when it cannot be made so.
import { EXIT_CONFIG } from '@secrouter/proto';
import pg from 'pg';
import { createLogger } from '../environment/create-logger.ts';

import { readMigrationConfig } from './config.ts';
import { MigrationRefused, migrate } from './migrate.ts';

const log = createLogger('migrate', 'info');
const client = new pg.Client({ ...readMigrationConfig(), application_name: 'secrouter-migrate' });

try {
  await client.connect();
  const report = await migrate(client);
  if (report.unknown.length > 0) log.warn({ unknown: report.unknown }, 'the database is ahead of this version');
  log.info({ applied: report.applied }, 'the database schema is current');
} catch (error) {
  const problems = error instanceof MigrationRefused ? error.problems : [String(error)];
  log.error({ problems }, 'the database could not be migrated');
  process.exitCode = EXIT_CONFIG;
} finally {
  await client.end().catch(() => undefined); // it may never have connected; the outcome above is what counts
}
