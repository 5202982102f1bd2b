// Finds a Redis server: on PATH, else unpacked earlier, else unpacked now from the distribution's packages (no root
// needed), else a container. The answer says how to start it; nothing here starts one.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackRedisPackages } from './redis-packages.ts';

const PROGRAM_NAMES = ['redis-server', 'valkey-server'];
const CACHE_FOLDER = fileURLToPath(new URL('../../../.toolchain/redis/', import.meta.url));

export type RedisProgram =
  | { readonly kind: 'program'; readonly path: string; readonly libraryPath?: string }
  | { readonly kind: 'container' };

/** The first way to run Redis that works on this machine. */
export async function findRedisProgram(say: (line: string) => void): Promise<RedisProgram> {
  const onPath = PROGRAM_NAMES.map(findOnPath).find((path) => path !== undefined);
  if (onPath !== undefined) return { kind: 'program', path: onPath };

  const unpacked = unpackedProgram();
  if (unpacked !== undefined) return unpacked;
  if (findOnPath('apt-get') !== undefined && findOnPath('dpkg') !== undefined) {
    say('Fetching Redis from the distribution');
    const problem = await unpackRedisPackages(CACHE_FOLDER);
    const program = unpackedProgram();
    if (program !== undefined) return program;
    say(`  not possible: ${problem ?? 'the unpacked program does not run'}`);
  }
  if (hasDocker()) return { kind: 'container' };
  throw new Error('no Redis found: install redis-server (or valkey-server), start Docker, or set REDIS_URL');
}

/** The path of an executable on PATH. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function unpackedProgram(): RedisProgram | undefined {
  const path = join(CACHE_FOLDER, 'usr', 'bin', 'redis-server');
  if (!isExecutable(path)) return undefined;
  const libraryPath = libraryFolders().join(delimiter);
  try {
    execFileSync(path, ['--version'], { env: { ...process.env, LD_LIBRARY_PATH: libraryPath }, stdio: 'pipe' });
    return { kind: 'program', path, libraryPath };
  } catch {
    return undefined;
  }
}

// Debian keeps libraries below a folder named after the machine: usr/lib/x86_64-linux-gnu, usr/lib/aarch64-linux-gnu.
function libraryFolders(): readonly string[] {
  return [join(CACHE_FOLDER, 'usr', 'lib'), join(CACHE_FOLDER, 'lib')].flatMap((folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(folder, entry.name));
    } catch {
      return [];
    }
  });
}

function hasDocker(): boolean {
  if (findOnPath('docker') === undefined) return false;
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
