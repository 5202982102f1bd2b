// PostgreSQL as tests open it.
import { randomBytes } from 'node:crypto';
import { migrate } from '@secrouter/controlplane';
import { ensureDatabase } from '@secrouter/infra';
import pg from 'pg';

/**
 * A pool that outlives its server quietly. `end()` resolves before the connections are closed, so a server that is
 * stopped next may still say so on one of them, and an error that nobody hears ends the whole run.
 */
export function openTestPool(databaseUrl: string, size = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: size });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A new database on the server with all migrations applied; resolves to its URL. */
export async function createMigratedDatabase(serverUrl: string): Promise<string> {
  const databaseUrl = await ensureDatabase(serverUrl, `t_${randomBytes(6).toString('hex')}`);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await migrate(client);
  await client.end();
  return databaseUrl;
}
