// The one way to open PostgreSQL: bounded in size and time, and deaf to a connection that breaks while it is in use.
import pg from 'pg';
import type { Logger } from 'pino';

const CONNECT_TIMEOUT_MS = 5_000;
/** A statement that takes longer is given up; whoever asked tries again. */
const STATEMENT_TIMEOUT_MS = 30_000;

export interface PoolSettings {
  readonly databaseUrl: string;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly size: number;
}

/** Opens a pool; connections are made on first use. */
export function openPool({ databaseUrl, name, size }: PoolSettings, log: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: size,
    application_name: name.slice(0, 63),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // The server's own limit cannot speak for a server that hangs.
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', (error) => log.warn({ reason: String(error).slice(0, 200) }, 'an idle database connection broke'));
  // The pool listens only while a connection is idle; one that is lost in use would end the process. The statement in
  // progress fails as well, and that is what gets handled.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
