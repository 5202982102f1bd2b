// What is compared, each in a process of its own behind the same upstream: A the governed pod, B the bare forward, C the
// upstream itself.
import { join } from 'node:path';
import { findFreePort } from '../free-port.ts';
import { tcpReady } from '../supervisor/readiness.ts';
import { startServer } from './bench-process.ts';
import type { GovernedSystem } from './governed-system.ts';

export type TargetKey = 'governed' | 'bare' | 'direct';

export interface BenchTarget {
  readonly key: TargetKey;
  readonly name: string;
  readonly url: string;
  /** Absent for the upstream, whose cost nobody asks for. */
  readonly pid: number | undefined;
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

const COMPLETIONS_PATH = '/v1/chat/completions';
const noHeaders = async () => ({});

/** Starts the upstream; returns its port. */
export async function startUpstream(
  folder: string,
  closers: (() => Promise<unknown>)[],
  signal: AbortSignal,
): Promise<number> {
  const port = await findFreePort();
  const upstream = await startServer(
    {
      name: 'upstream',
      script: join(import.meta.dirname, 'upstream.ts'),
      args: [String(port)],
      logFile: join(folder, 'upstream.log'),
      isReady: tcpReady(port),
    },
    signal,
  );
  closers.push(() => upstream.stop());
  return port;
}

/** The three targets in the order of their rotation; starts the bare forward. */
export async function startTargets(
  system: GovernedSystem,
  upstreamPort: number,
  folder: string,
  closers: (() => Promise<unknown>)[],
  signal: AbortSignal,
): Promise<readonly BenchTarget[]> {
  const port = await findFreePort();
  const upstreamUrl = `http://127.0.0.1:${upstreamPort}`;
  const bare = await startServer(
    {
      name: 'bare forward',
      script: join(import.meta.dirname, 'bare-forward.ts'),
      args: [String(port), upstreamUrl],
      logFile: join(folder, 'bare-forward.log'),
      isReady: tcpReady(port),
    },
    signal,
  );
  closers.push(() => bare.stop());
  return [
    governedTarget(system),
    {
      key: 'bare',
      name: 'B bare forward',
      url: `http://127.0.0.1:${port}${COMPLETIONS_PATH}`,
      pid: bare.pid,
      headers: noHeaders,
    },
    { key: 'direct', name: 'C direct', url: `${upstreamUrl}${COMPLETIONS_PATH}`, pid: undefined, headers: noHeaders },
  ];
}

/** The governed pod as a target; each window gets a fresh token. */
export function governedTarget(system: GovernedSystem): BenchTarget {
  return {
    key: 'governed',
    name: 'A governed pod',
    url: `${system.podUrl}${COMPLETIONS_PATH}`,
    pid: system.podPid,
    headers: async () => ({ authorization: `Bearer ${await system.token()}` }),
  };
}
