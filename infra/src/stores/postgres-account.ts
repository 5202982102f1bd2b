// PostgreSQL refuses to run as root. As root it therefore gets an unprivileged account, and files that account can reach.
import { execFileSync } from 'node:child_process';
import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT_NAME = 'postgres';
const LAST_RESORT = 'nobody';

/** The account PostgreSQL runs as: undefined (our own) unless we are root. */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = lookUp(ACCOUNT_NAME);
  if (existing !== undefined) return existing;
  createAccount();
  const account = lookUp(ACCOUNT_NAME) ?? lookUp(LAST_RESORT);
  if (account === undefined || account.uid === 0) {
    throw new Error(
      `PostgreSQL does not run as root, and no account "${ACCOUNT_NAME}" could be made; start as another user`,
    );
  }
  return account;
}

/** Whether the account can pass through every folder above `path`. */
export function canReach(account: Account, path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const status = statSync(folder, { throwIfNoEntry: false });
    if (status !== undefined && !mayEnter(account, status)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function mayEnter({ uid, gid }: Account, { mode, uid: ownerUid, gid: ownerGid }: Stats): boolean {
  if (uid === ownerUid) return (mode & 0o100) !== 0;
  if (gid === ownerGid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

function lookUp(name: string): Account | undefined {
  try {
    const id = (flag: string) => Number.parseInt(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString(), 10);
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createAccount(): void {
  try {
    const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
    execFileSync('useradd', [...flags, ACCOUNT_NAME], { stdio: 'pipe' });
  } catch {
    // No such tool here, or another process was first; the caller looks again.
  }
}
