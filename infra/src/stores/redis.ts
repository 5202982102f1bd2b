// The embedded Redis: never evicts, keeps an append-only file, listens on 127.0.0.1 with a random password.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findFreePort } from '../free-port.ts';
import { type KeptProcess, type KeptProcessOptions, lastLines, startKeptProcess } from '../supervisor/kept-process.ts';
import type { RunningStore } from './postgres.ts';
import { findRedisProgram, type RedisProgram } from './redis-program.ts';
import { readSecret, temporaryStoreFolder } from './store-files.ts';

const READY_TIMEOUT_MS = 60_000;
const CONTAINER_READY_TIMEOUT_MS = 300_000;
const POLL_MS = 25;
const STOP_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 5;
const PASSWORD_BYTES = 24;
const LOG_LINES_IN_ERRORS = 8;
const IMAGE = 'redis:7.4-alpine';

export interface RedisOptions {
  /** Where the data, the password and the log lie; a temporary folder, removed on close, when absent. */
  readonly directory?: string;
  /** A free port when absent. */
  readonly port?: number;
  /** False keeps everything in memory; for tests. True when absent. */
  readonly isDurable?: boolean;
  /** `redis.log` in the directory when absent. */
  readonly logFile?: string;
  /** Hears about a server that has to be fetched first. */
  readonly say?: (line: string) => void;
}

/** Starts Redis and resolves when it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningStore> {
  const directory = resolve(options.directory ?? temporaryStoreFolder('redis'));
  const isTemporary = options.directory === undefined;
  const removeAll = () => rmSync(directory, { recursive: true, force: true });
  try {
    const program = await findRedisProgram(options.say ?? (() => {}));
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { server, url, port } = await startServer({ ...options, directory }, program);
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

type ServerOptions = RedisOptions & { readonly directory: string };

async function startServer(options: ServerOptions, program: RedisProgram) {
  const password = readSecret(join(options.directory, 'password'), PASSWORD_BYTES);
  const logFile = options.logFile ?? join(options.directory, 'redis.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    writeConfiguration(options, program, port, password);
    const server = await startKeptProcess({
      ...commandOf(program, options.directory, port),
      logFile,
      stopTimeoutMs: STOP_TIMEOUT_MS,
    });
    const url = `redis://:${password}@127.0.0.1:${port}/0`;
    try {
      await waitUntilReady(server, url, program.kind === 'container' ? CONTAINER_READY_TIMEOUT_MS : READY_TIMEOUT_MS);
      return { server, port, url };
    } catch (cause) {
      await server.stop();
      const output = lastLines(logFile, LOG_LINES_IN_ERRORS);
      // A free port may be taken by somebody else between choosing and listening.
      const mayPass = options.port === undefined && /bind|Address already in use/.test(output);
      if (attempt >= START_ATTEMPTS || !mayPass) throw new Error(`Redis did not start:\n${output}`, { cause });
    }
  }
}

// A file rather than arguments: every user of the machine can list a process's arguments, and one of these is a password.
function writeConfiguration(options: ServerOptions, program: RedisProgram, port: number, password: string): void {
  const isContainer = program.kind === 'container';
  const lines = [
    `port ${port}`,
    `bind ${isContainer ? '0.0.0.0' : '127.0.0.1'}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(isContainer ? '/data' : options.directory)}`,
    'maxmemory-policy noeviction',
    `appendonly ${options.isDurable === false ? 'no' : 'yes'}`,
    'appendfsync everysec',
    'save ""',
    'daemonize no',
  ];
  const mode = isContainer ? 0o644 : 0o600;
  writeFileSync(join(options.directory, 'redis.conf'), `${lines.join('\n')}\n`, { mode });
}

function commandOf(
  program: RedisProgram,
  directory: string,
  port: number,
): Pick<KeptProcessOptions, 'command' | 'args' | 'cwd' | 'env'> {
  const configuration = 'redis.conf';
  if (program.kind === 'program') {
    const libraries = program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath };
    return { command: program.path, args: [configuration], cwd: directory, env: { ...process.env, ...libraries } };
  }
  const addresses = ['-p', `127.0.0.1:${port}:${port}`, '-v', `${directory}:/data`];
  const command = ['redis-server', `/data/${configuration}`];
  return { command: 'docker', args: ['run', '--rm', '--init', ...addresses, IMAGE, ...command], cwd: directory };
}

async function waitUntilReady(server: KeptProcess, url: string, timeoutMs: number): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    if (server.hasExited()) throw new Error('the server ended');
    const problem = await pingProblem(url);
    if (problem === undefined) return;
    if (Date.now() > giveUpAt) throw new Error(`no answer within ${timeoutMs} ms`, { cause: problem });
    await delay(POLL_MS);
  }
}

async function pingProblem(url: string): Promise<unknown> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    client.disconnect();
  }
}
