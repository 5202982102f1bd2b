// The whole system as a newcomer starts it: the supervisor's own `start` on free ports and a home of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchAccessToken, findPersona } from '@secrouter/infra';
import { PROJECT_ROOT, until } from './child.ts';
import { freePort } from './fleet.ts';

const READY_TIMEOUT_MS = 280_000;
const STOP_TIMEOUT_MS = 25_000;

const PORT_VARIABLES = [
  'SECROUTER_PORT',
  'SECROUTER_IDP_PORT',
  'SECROUTER_MODEL_PROVIDER_PORT',
  'SECROUTER_CONSOLE_PORT',
  'SECROUTER_POLICY_PORT',
  'SECROUTER_POSTGRES_PORT',
  'SECROUTER_REDIS_PORT',
] as const;

/** A running system. */
export interface TestSystem {
  /** Origin of the data plane; the console is below `/admin`. */
  readonly url: string;
  readonly modelProviderUrl: string;
  readonly home: string;
  readonly supervisor: ChildProcess;
  readonly output: () => string;
  readonly token: (persona: string) => Promise<string>;
  /** SIGINT as Ctrl-C sends it; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
}

/** For a system on a configuration of its own. */
export interface TestSystemOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Leaves SECROUTER_PORT unset: the configuration file decides. */
  readonly gatewayPort?: 'from the file';
  readonly url?: string;
  readonly issuer?: string;
}

/** Starts the system and resolves at its line `SecRouter is ready`. */
export async function startTestSystem(
  args: readonly string[] = [],
  options: TestSystemOptions = {},
): Promise<TestSystem> {
  const home = mkdtempSync(join(tmpdir(), 'secrouter system '));
  const ports = Object.fromEntries(
    await Promise.all(PORT_VARIABLES.map(async (name) => [name, String(await freePort())])),
  );
  const { SECROUTER_PORT: gatewayPort, ...otherPorts } = ports;
  const variables = options.gatewayPort === 'from the file' ? otherPorts : ports;
  const supervisor = spawn(process.execPath, ['infra/src/cli.ts', 'start', ...args], {
    cwd: PROJECT_ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      SECROUTER_HOME: home,
      ...variables,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [supervisor.stdout, supervisor.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  const exited = new Promise<number | null>((resolve) => supervisor.once('exit', (code) => resolve(code)));
  const stop = async () => {
    if (supervisor.exitCode === null) supervisor.kill('SIGINT');
    const timer = setTimeout(() => supervisor.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const code = await exited;
    clearTimeout(timer);
    rmSync(home, { recursive: true, force: true });
    return code;
  };
  try {
    await until(
      () => {
        if (supervisor.exitCode !== null) throw new Error(`the supervisor ended with ${supervisor.exitCode}:\n${text}`);
        return /^SecRouter is ready/m.test(text);
      },
      READY_TIMEOUT_MS,
      () => `the system is not ready:\n${text}`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const issuer = options.issuer ?? `http://127.0.0.1:${ports.SECROUTER_IDP_PORT}`;
  return {
    url: options.url ?? `http://127.0.0.1:${gatewayPort}`,
    modelProviderUrl: `http://127.0.0.1:${ports.SECROUTER_MODEL_PROVIDER_PORT}`,
    home,
    supervisor,
    output: () => text,
    token: (name) => {
      const persona = findPersona(name);
      if (!persona) throw new Error(`no persona ${name}`);
      return fetchAccessToken(issuer, persona);
    },
    stop,
  };
}
