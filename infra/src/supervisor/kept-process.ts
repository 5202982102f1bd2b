// A child process with a keeper between it and us (see keeper.mjs). Its output goes to a log file: a file never blocks the
// child and outlives us. Used by the stores as well as by the supervisor.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const KEEPER = fileURLToPath(new URL('./keeper.mjs', import.meta.url));

export interface KeptProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The child's whole environment; ours when absent. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another account to run as; only root can ask for one. */
  readonly account?: { readonly uid: number; readonly gid: number };
  readonly logFile: string;
  /** What asks the child to end; SIGTERM when absent. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  /** How long the child may take to end before its whole process group is killed. */
  readonly stopTimeoutMs: number;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface KeptProcess {
  /** The child's own process id, not its keeper's. */
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  hasExited(): boolean;
  /** Asks the child to end, and waits for it; it is killed when it takes longer than its bound. */
  stop(): Promise<void>;
  /** Kills the child and everything in its process group, and waits for it. */
  kill(): Promise<void>;
}

type KeeperMessage = { started: number } | { failed: string } | { exited: ProcessExit };

/** Starts a child under a keeper; rejects when the program cannot be started at all. */
export async function startKeptProcess(options: KeptProcessOptions): Promise<KeptProcess> {
  const keeper = spawnKeeper(options);
  let pid: number | undefined;
  let isOver = false;

  const exited = new Promise<ProcessExit>((resolve) => {
    keeper.on('message', (message: KeeperMessage) => {
      if ('exited' in message) resolve(message.exited);
    });
    keeper.once('exit', (code, signal) => {
      // A keeper that was itself killed could not end its child.
      if (pid !== undefined) killGroup(pid);
      resolve({ code, signal });
    });
  });
  const isGone = exited.then(() => {
    isOver = true;
  });

  pid = await new Promise<number>((resolve, reject) => {
    keeper.once('error', reject);
    keeper.once('exit', () => reject(new Error(`${options.command} could not be started`)));
    keeper.on('message', (message: KeeperMessage) => {
      if ('started' in message) resolve(message.started);
      if ('failed' in message) reject(new Error(`${options.command} could not be started: ${message.failed}`));
    });
  });
  const order = async (message: 'stop' | 'kill'): Promise<void> => {
    if (!isOver && keeper.connected) keeper.send(message, () => {});
    await isGone;
  };
  return { pid, exited, hasExited: () => isOver, stop: () => order('stop'), kill: () => order('kill') };
}

/** The last lines of a log file, for an error message; empty when there is none. */
export function lastLines(logFile: string, count: number): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

function spawnKeeper({ command, args, env, cwd, account, logFile, stopSignal, stopTimeoutMs }: KeptProcessOptions) {
  const order = JSON.stringify({ command, args, ...account, stopSignal: stopSignal ?? 'SIGTERM', stopTimeoutMs });
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a', 0o600);
  try {
    // Detached: a terminal's Ctrl-C goes to the supervisor alone, which then ends its children in order.
    return spawn(process.execPath, [KEEPER, order], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      env: env ?? process.env,
      ...(cwd === undefined ? {} : { cwd }),
    });
  } finally {
    closeSync(log);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone.
  }
}
