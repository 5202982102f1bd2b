// The data folder of one PostgreSQL cluster: made once, checked at every start, free of what a killed server left behind.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Account } from './postgres-account.ts';
import { dataParent, type PostgresPrograms } from './postgres-files.ts';
import { commandLineOf, isAlive, readSecret } from './store-files.ts';

export const POSTGRES_USER = 'secrouter';
const PASSWORD_BYTES = 24;
const PREVIOUS_SERVER_WAIT_MS = 15_000;
const POLL_MS = 100;

export interface PostgresCluster {
  readonly dataFolder: string;
  readonly password: string;
}

/** Makes the cluster when there is none, checks its version, and waits for a previous server on it to be gone. */
export async function preparePostgresCluster(
  directory: string,
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<PostgresCluster> {
  // Passable for the account, but not listable; the password file and the data folder have modes of their own.
  mkdirSync(directory, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
  const parent = dataParent(directory, account);
  const dataFolder = join(parent.path, 'data');
  const passwordFile = join(directory, 'password');
  // Data outside the store's folder outlives it: without the password it belongs to a store that was removed.
  if (parent.isOutOfTree && !existsSync(passwordFile)) rmSync(dataFolder, { recursive: true, force: true });
  if (existsSync(dataFolder) && !existsSync(passwordFile)) {
    throw new Error(
      `${passwordFile} is missing, and ${dataFolder} cannot be opened without it; npm run reset starts anew`,
    );
  }

  const password = readSecret(passwordFile, PASSWORD_BYTES);
  if (existsSync(dataFolder)) {
    requireSameMajor(dataFolder, programs.version);
    await waitForPreviousServer(dataFolder);
  } else {
    await initialise(dataFolder, password, programs, account);
  }
  return { dataFolder, password };
}

// Initialised under another name and then renamed, so that an interrupted attempt is never taken for a cluster.
async function initialise(
  dataFolder: string,
  password: string,
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<void> {
  const parent = dirname(dataFolder);
  for (const name of readdirSync(parent)) {
    if (name.startsWith('data.attempt')) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const attempt = join(parent, `data.attempt-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${attempt}.password`;
  mkdirSync(attempt, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) {
    for (const path of [attempt, passwordFile]) chownSync(path, account.uid, account.gid);
  }
  try {
    // The built-in locale provider sorts alike on every machine, whatever locales it has installed.
    const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
    const access = [`--username=${POSTGRES_USER}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await promisify(execFile)(programs.initdb, ['-D', attempt, '--no-instructions', ...locale, ...access], {
      cwd: '/',
      ...account,
    });
    renameSync(attempt, dataFolder);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(attempt, { recursive: true, force: true });
  }
}

function requireSameMajor(dataFolder: string, programVersion: string): void {
  const dataMajor = readFileSync(join(dataFolder, 'PG_VERSION'), 'utf8').trim();
  const programMajor = programVersion.split('.')[0];
  if (dataMajor === programMajor) return;
  throw new Error(
    `${dataFolder} was made by PostgreSQL ${dataMajor}, this is ${programMajor}; dump and restore it, or start anew with npm run reset`,
  );
}

// A server whose supervisor was killed ends by itself within seconds. After a kill of the server its pid file stays, and
// its number may belong to any process by now: the file goes unless that process is a server on this very folder.
async function waitForPreviousServer(dataFolder: string): Promise<void> {
  const pidFile = join(dataFolder, 'postmaster.pid');
  const giveUpAt = Date.now() + PREVIOUS_SERVER_WAIT_MS;
  for (;;) {
    const pid = readPid(pidFile);
    if (pid === undefined) return;
    if (!isAlive(pid) || commandLineOf(pid)?.includes(dataFolder) !== true) {
      rmSync(pidFile, { force: true });
      return;
    }
    if (Date.now() > giveUpAt) throw new Error(`a PostgreSQL server (process ${pid}) already runs on ${dataFolder}`);
    await delay(POLL_MS);
  }
}

function readPid(pidFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
