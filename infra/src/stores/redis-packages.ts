// Debian's and Ubuntu's own Redis packages, downloaded and unpacked into a folder: works without root.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

const ROOT_PACKAGES = ['redis-server', 'redis-tools'];
// Other dependencies (adduser, init helpers) serve an installed service, not the program.
const NEEDED_NAME = /^(?:lib|lua|redis)[a-z0-9.+-]*$/;
const MAX_PACKAGES = 30;
const APT_TIMEOUT_MS = 120_000;

/** Fills `folder` with the packages' files; resolves to what went wrong, if anything. */
export async function unpackRedisPackages(folder: string): Promise<string | undefined> {
  const target = resolve(folder);
  const attempt = `${target}.attempt-${process.pid}`;
  const downloads = join(attempt, 'downloads');
  mkdirSync(downloads, { recursive: true });
  try {
    await download(downloads, join(attempt, 'apt'));
    const files = join(attempt, 'files');
    for (const name of readdirSync(downloads).filter((entry) => entry.endsWith('.deb'))) {
      await runFile('dpkg', ['-x', join(downloads, name), files]);
    }
    // Nothing usable can be there, or we would not have been called.
    rmSync(target, { recursive: true, force: true });
    renameSync(files, target);
    return undefined;
  } catch (error) {
    return firstLine(error);
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }
}

// The machine's package lists first; where there are none (fresh containers), or old ones, private lists.
async function download(folder: string, privateState: string): Promise<void> {
  try {
    await downloadWith([], folder);
  } catch {
    for (const name of ['lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(privateState, name), { recursive: true });
    }
    const options = [
      ['Dir::State::lists', join(privateState, 'lists')],
      ['Dir::Cache', join(privateState, 'cache')],
      ['Debug::NoLocking', '1'],
    ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    await runApt('apt-get', [...options, 'update'], folder);
    await downloadWith(options, folder);
  }
}

async function downloadWith(options: readonly string[], folder: string): Promise<void> {
  await runApt('apt-get', [...options, 'download', ...(await neededPackages(options, folder))], folder);
}

/** Redis' packages and every library they need that is not installed here. */
async function neededPackages(options: readonly string[], folder: string): Promise<readonly string[]> {
  const needed = [...ROOT_PACKAGES];
  for (let index = 0; index < needed.length && needed.length < MAX_PACKAGES; index += 1) {
    const listing = await runApt('apt-cache', [...options, 'depends', '--important', needed[index] ?? ''], folder);
    for (const [, name] of listing.matchAll(/^ *\|?Depends: (\S+)$/gm)) {
      if (name === undefined || !NEEDED_NAME.test(name)) continue;
      if (!needed.includes(name) && !(await isInstalled(name))) needed.push(name);
    }
  }
  return needed;
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    return (await runFile('dpkg-query', ['--status', name])).stdout.includes('ok installed');
  } catch {
    return false;
  }
}

async function runApt(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C' };
  return (await runFile(program, args, { cwd, env, timeout: APT_TIMEOUT_MS })).stdout;
}

function firstLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const line = stderr.split('\n').find((text) => text.startsWith('E:'));
  return line ?? (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
}
