// SECROUTER_HOME: the one folder with the quick start's state, and who runs there now.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { commandLineOf, readSecret } from '../stores/store-files.ts';
import { ensureSigningKey } from './signing-keys.ts';

const SECRET_BYTES = 32;
const MARKER = '.secrouter-home';

export interface SystemHome {
  readonly folder: string;
  readonly logFile: (name: string) => string;
  readonly postgresFolder: string;
  readonly redisFolder: string;
  readonly podFolder: (podId: string) => string;
  readonly snapshotSigningKeyFile: string;
  readonly trustedSnapshotKeysFile: string;
  readonly auditSigningKeyFile: string;
  readonly checkpointFile: string;
  readonly nextAuthSecretFile: string;
  readonly developmentProviderKey: string;
}

/** Makes the folder, its keys and secrets where they are missing. */
export function prepareHome(folder: string): SystemHome {
  claimFolder(folder);
  const keys = join(folder, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const snapshotSigningKeyFile = join(keys, 'snapshot-signing.pem');
  const trustedSnapshotKeysFile = join(keys, 'snapshot-signing.pub.json');
  const auditSigningKeyFile = join(keys, 'audit-signing.pem');
  const nextAuthSecretFile = join(keys, 'nextauth-secret');
  ensureSigningKey(snapshotSigningKeyFile, trustedSnapshotKeysFile);
  ensureSigningKey(auditSigningKeyFile, join(keys, 'audit-signing.pub.json'));
  readSecret(nextAuthSecretFile, SECRET_BYTES);
  return {
    folder,
    logFile: (name) => join(folder, 'logs', `${name}.log`),
    postgresFolder: join(folder, 'postgres'),
    redisFolder: join(folder, 'redis'),
    podFolder: (podId) => join(folder, 'pods', podId),
    snapshotSigningKeyFile,
    trustedSnapshotKeysFile,
    auditSigningKeyFile,
    checkpointFile: join(folder, 'checkpoints.txt'),
    nextAuthSecretFile,
    developmentProviderKey: readSecret(join(keys, 'development-provider-key'), SECRET_BYTES),
  };
}

/** Records this process as the one that runs in the folder; a line for the reader when another one does. */
export function claimRunning(folder: string): string | undefined {
  const owner = runningProcess(folder);
  if (owner !== undefined)
    return `SecRouter already runs in ${folder} (process ${owner}); stop it, or set SECROUTER_HOME`;
  writeFileSync(pidFile(folder), String(process.pid));
  return undefined;
}

/** The counterpart of `claimRunning`. */
export function releaseRunning(folder: string): void {
  rmSync(pidFile(folder), { force: true });
}

/** The supervisor that runs in the folder now. */
export function runningProcess(folder: string): number | undefined {
  if (!existsSync(pidFile(folder))) return undefined;
  const pid = Number.parseInt(readFileSync(pidFile(folder), 'utf8'), 10);
  // Process numbers are used again: only one that runs our command line counts.
  return pid !== process.pid && commandLineOf(pid)?.includes('cli.ts') ? pid : undefined;
}

/** Whether the folder is one that we made; nothing else may be removed. */
export function isOurHome(folder: string): boolean {
  return existsSync(join(folder, MARKER));
}

// A folder with somebody's own files must not become ours: `reset` removes it whole.
function claimFolder(folder: string): void {
  const isOwnDefault = folder === join(PROJECT_ROOT, '.secrouter');
  if (existsSync(folder) && !isOurHome(folder) && !isOwnDefault && readdirSync(folder).length > 0) {
    throw new Error(`SECROUTER_HOME: ${folder} holds files of something else; name an empty or a new folder`);
  }
  // Others may pass through (PostgreSQL's account has its data folder below) but see nothing.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  writeFileSync(join(folder, MARKER), 'State of SecRouter: removed by npm run reset.\n');
}

function pidFile(folder: string): string {
  return join(folder, 'supervisor.pid');
}
