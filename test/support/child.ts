// One process of the system under test: started with an environment, watched for its ready line, ended in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface TestProcess {
  readonly child: ChildProcess;
  /** Everything printed so far. */
  readonly output: () => string;
  /** SIGTERM, then SIGKILL after the bound; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
}

/** Starts `node <script>` and resolves once `isReady` holds. Rejects with the output when the process ends first. */
export async function startProcess(
  script: string,
  environment: Readonly<Record<string, string>>,
  isReady: (output: string) => boolean | Promise<boolean>,
): Promise<TestProcess> {
  const child = spawn(process.execPath, [script], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const code = await exited;
    clearTimeout(timer);
    return code;
  };
  try {
    await until(
      async () => {
        if (child.exitCode !== null) throw new Error(`${script} ended with ${child.exitCode}:\n${text.slice(-4000)}`);
        return await isReady(text);
      },
      READY_TIMEOUT_MS,
      () => `${script} is not ready:\n${text.slice(-4000)}`,
    );
  } catch (error) {
    await kill();
    throw error;
  }
  return { child, output: () => text, stop, kill };
}

const POLL_MS = 20;

/** Waits for a condition with a deadline; an error inside counts as "not yet" only when it is a connection error. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(describe());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** True when a GET answers with this status. */
export async function answersWith(url: string, status: number): Promise<boolean> {
  try {
    return (await fetch(url)).status === status;
  } catch {
    return false;
  }
}
