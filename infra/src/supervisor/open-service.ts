// Opens one Node process of the system: spawned under its keeper, awaited until it serves.
import { PROJECT_ROOT } from '../project.ts';
import type { Running } from './component.ts';
import { type KeptProcess, lastLines, startKeptProcess } from './kept-process.ts';
import type { Readiness } from './readiness.ts';

const READY_TIMEOUT_MS = 60_000;
const LOG_LINES_IN_ERRORS = 15;

export interface ScriptOptions {
  readonly name: string;
  /** The TypeScript file to run, relative to the project. */
  readonly script: string;
  /** Flags of its Node besides those that all get. */
  readonly nodeFlags?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly stopTimeoutMs: number;
}

export interface ServiceOptions extends ScriptOptions {
  readonly isReady: Readiness;
}

/** Resolves when the process serves; rejects with its last lines when it ends before, or takes too long. */
export async function openService(options: ServiceOptions, signal: AbortSignal): Promise<Running> {
  signal.throwIfAborted();
  const child = await spawnScript(options);
  const waiting = new AbortController();
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  try {
    const ended = child.exited.then(() => {
      throw new Error(`${options.name} ended before it was ready`);
    });
    ended.catch(() => {});
    await Promise.race([options.isReady(AbortSignal.any([waiting.signal, timeout, signal])), ended]);
    return { exited: child.exited, close: () => child.stop(), kill: () => child.kill() };
  } catch (cause) {
    await child.stop();
    signal.throwIfAborted();
    const reason = timeout.aborted ? `was not ready within ${READY_TIMEOUT_MS / 1000} s` : 'ended before it was ready';
    const output = lastLines(options.logFile, LOG_LINES_IN_ERRORS);
    throw new Error(`${options.name} ${reason}; ${options.logFile} ends with:\n${output}`, { cause });
  } finally {
    waiting.abort();
  }
}

/** Runs a process that does one thing and ends; rejects with its last lines when it fails. */
export async function runToEnd(options: ScriptOptions, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = await spawnScript(options);
  const stop = () => void child.stop();
  signal.addEventListener('abort', stop, { once: true });
  const { code } = await child.exited;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (code === 0) return;
  throw new Error(`${options.name} failed:\n${lastLines(options.logFile, LOG_LINES_IN_ERRORS)}`);
}

function spawnScript(options: ScriptOptions): Promise<KeptProcess> {
  return startKeptProcess({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', ...(options.nodeFlags ?? []), options.script],
    env: options.environment,
    cwd: PROJECT_ROOT,
    logFile: options.logFile,
    stopTimeoutMs: options.stopTimeoutMs,
  });
}
