// How the bootstrap starts other programs: set-up tools with their chatter on standard error, and the command itself.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants as fsConstants, mkdirSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// A terminal's Ctrl-C reaches us directly and a second time through npm, which passes it on; a person is slower than this.
const SAME_SIGNAL_MS = 300;
const PARENT_POLL_MS = 500;

/** Set-up cannot go on; the message says why and what to do. */
export class SetupFailed extends Error {}

/** Runs a set-up tool to its end, its output on our standard error. */
export function runSetupTool(program, args, { cwd, node, env = {} }) {
  const environment = { ...environmentWith(node ?? process.execPath), ...writableHome(), ...env };
  // npm hands its own settings to the scripts it runs; for another package manager or folder they are wrong.
  for (const name of ['npm_config_loglevel', 'npm_config_prefix', 'npm_config_local_prefix']) delete environment[name];
  const result = spawnSync(program, args, { cwd, env: environment, stdio: ['ignore', 2, 2] });
  if (result.error !== undefined) throw new SetupFailed(`${program} could not be started: ${result.error.message}`);
  if (result.status !== 0) {
    const how = result.signal === null ? `exit code ${result.status}` : result.signal;
    throw new SetupFailed(`Set-up failed (${how}): ${[program, ...args].join(' ')}`);
  }
}

/**
 * Runs the command in a process group of its own and resolves to its exit code. Own group: a Ctrl-C must reach it once,
 * from us, and not a second time from the terminal. The IPC channel tells it when this process is killed.
 */
export function runCommand(node, args) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environmentWith(node),
  });
  let lastSignalAt = Number.NEGATIVE_INFINITY;
  const pass = (signal) => {
    const now = performance.now();
    if (now - lastSignalAt < SAME_SIGNAL_MS) return;
    lastSignalAt = now;
    signalGroup(child.pid, signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  whenNpmEnds(() => pass('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

// npm runs a script through a shell; the scripts `exec`, so that our parent is npm itself. When it is killed without a
// word the command ends; outside npm nobody is watched, because a command in the background may outlive its shell.
function whenNpmEnds(stop) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    stop();
  }, PARENT_POLL_MS);
  timer.unref();
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function environmentWith(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
}

// Service accounts often have no home; package managers keep their caches there.
function writableHome() {
  try {
    accessSync(homedir(), fsConstants.W_OK);
    return {};
  } catch {
    const home = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '.toolchain', 'home');
    mkdirSync(home, { recursive: true });
    return { HOME: home, npm_config_cache: join(home, '.npm') };
  }
}
