// `npm run build`: the console's production build, skipped when it was made from the same sources.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PROJECT_ROOT } from '../project.ts';
import { isAlive } from '../stores/store-files.ts';
import { runTool } from './run-tool.ts';
import { sourceHash } from './source-hash.ts';

const CONSOLE = join(PROJECT_ROOT, 'packages', 'controlplane');
const BUILD_FOLDER = join(CONSOLE, '.next');
const STAMP = join(BUILD_FOLDER, 'secrouter-sources.sha256');
const LOCK = join(PROJECT_ROOT, '.toolchain', 'console-build.lock');
const LOCK_POLL_MS = 200;
const SOURCES = [
  'pnpm-lock.yaml',
  'packages/controlplane/*.{json,ts,mjs}',
  'packages/controlplane/{src,public}/**/*',
  'packages/{proto,classifier}/package.json',
  'packages/{proto,classifier}/src/**/*',
];

export interface BuildOptions {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

export async function main(): Promise<number> {
  await buildConsole({ say: (line) => process.stderr.write(`${line}\n`) });
  return 0;
}

/** Builds the console when its sources changed; one build at a time. Rejects with the build's output when it fails. */
export async function buildConsole({ say, signal }: BuildOptions): Promise<void> {
  if (isCurrent()) return;
  const release = await lock(signal);
  try {
    if (isCurrent()) return;
    say('building the console (about half a minute; only after changes)');
    const hash = sourceHash(PROJECT_ROOT, SOURCES);
    rmSync(STAMP, { force: true });
    const cli = join(CONSOLE, 'node_modules', 'next', 'dist', 'bin', 'next');
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    const { code, output } = await runTool(cli, ['build'], {
      cwd: CONSOLE,
      env,
      ...(signal === undefined ? {} : { signal }),
    });
    if (code !== 0) throw new Error(`the console's build failed:\n${output}`);
    writeFileSync(STAMP, hash);
    say('console built');
  } finally {
    release();
  }
}

function isCurrent(): boolean {
  if (!existsSync(STAMP) || !existsSync(join(BUILD_FOLDER, 'BUILD_ID'))) return false;
  return readFileSync(STAMP, 'utf8') === sourceHash(PROJECT_ROOT, SOURCES);
}

async function lock(signal: AbortSignal | undefined): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const owner = Number.parseInt(readFileSync(LOCK, 'utf8'), 10);
    if (owner > 0 && !isAlive(owner)) rmSync(LOCK, { force: true });
    else await delay(LOCK_POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}
