// Runs one of the pinned tools (each a JavaScript file) on our own runtime.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { PROJECT_ROOT } from '../project.ts';

const MAX_OUTPUT_LENGTH = 20_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Runs the tool quietly; resolves to its exit code and the end of its output. */
export function runTool(
  script: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: PROJECT_ROOT,
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-MAX_OUTPUT_LENGTH);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs the tool at the terminal; resolves to its exit code. */
export function showTool(script: string, args: readonly string[], options: ToolOptions = {}): Promise<number> {
  // The tool is in our process group and gets a Ctrl-C itself; we stay until it has ended in its own way.
  const ignore = () => {};
  for (const signal of STOP_SIGNALS) process.on(signal, ignore);
  const ended = new Promise<number>((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: PROJECT_ROOT, ...options, stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
  return ended.finally(() => {
    for (const signal of STOP_SIGNALS) process.off(signal, ignore);
  });
}
