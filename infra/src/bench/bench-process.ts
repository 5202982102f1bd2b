// The bench's processes: those that serve stay under a keeper, loads run to their end and print what they measured.
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../project.ts';
import { type KeptProcess, lastLines, startKeptProcess } from '../supervisor/kept-process.ts';
import type { Readiness } from '../supervisor/readiness.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const LOG_LINES_IN_ERRORS = 15;

export interface ServerOptions {
  readonly name: string;
  /** Relative to the project. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly isReady: Readiness;
}

/** Starts a Node process and resolves when it serves. */
export async function startServer(options: ServerOptions, signal: AbortSignal): Promise<KeptProcess> {
  const server = await startKeptProcess({
    command: process.execPath,
    args: [...(options.nodeArgs ?? []), options.script, ...(options.args ?? [])],
    env: environmentWith(options.environment),
    cwd: PROJECT_ROOT,
    logFile: options.logFile,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  const waiting = new AbortController();
  try {
    const ended = server.exited.then(() => Promise.reject(new Error(`${options.name} ended`)));
    const deadline = AbortSignal.any([waiting.signal, AbortSignal.timeout(READY_TIMEOUT_MS), signal]);
    await Promise.race([options.isReady(deadline), ended]);
    ended.catch(() => {});
    return server;
  } catch (cause) {
    await server.stop();
    signal.throwIfAborted();
    throw new Error(`${options.name} does not serve:\n${lastLines(options.logFile, LOG_LINES_IN_ERRORS)}`, { cause });
  } finally {
    waiting.abort();
  }
}

/** Runs a script that does one thing; rejects with its last lines when it fails. */
export async function runScript(options: Omit<ServerOptions, 'isReady'>): Promise<void> {
  const child = await startKeptProcess({
    command: process.execPath,
    args: [options.script, ...(options.args ?? [])],
    env: environmentWith(options.environment),
    cwd: PROJECT_ROOT,
    logFile: options.logFile,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`${options.name} failed:\n${lastLines(options.logFile, LOG_LINES_IN_ERRORS)}`);
}

/** Runs one of the loads beside this file: its input goes to stdin, what it measured is the JSON on its stdout. */
export function runLoad<Result>(script: string, input: unknown, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
      env: environmentWith({}),
      stdio: ['pipe', 'pipe', 'inherit'],
      signal,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Result);
      else reject(new Error(`${script} ended with ${code}`));
    });
    child.stdin.end(JSON.stringify(input));
  });
}

function environmentWith(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '', HOME: homedir(), NODE_ENV: 'production', ...more };
}
