// How the supervisor knows that a child serves: it asks, on a condition and with a deadline.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogFollower } from './log-follower.ts';
import { messageOf } from './log-line.ts';

const POLL_MS = 100;
const PROBE_TIMEOUT_MS = 2_000;

/** Resolves when the child serves; rejects when the signal ends the wait. */
export type Readiness = (signal: AbortSignal) => Promise<void>;

/** A GET that is answered with 200. */
export function httpReady(url: string): Readiness {
  return (signal) => until(() => answersOk(url), signal);
}

/** A port that accepts a connection. */
export function tcpReady(port: number): Readiness {
  return (signal) => until(() => accepts(port), signal);
}

/** A JSON line in the child's log with this message. */
export function messageReady(log: LogFollower, message: string): Readiness {
  return async (signal) => {
    let hasCome = false;
    const forget = log.onLine((line) => {
      if (messageOf(line) === message) hasCome = true;
    });
    try {
      await until(async () => hasCome, signal);
    } finally {
      forget();
    }
  };
}

/** Whether a GET is answered with 200 within two seconds. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function until(condition: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await condition())) await delay(POLL_MS, undefined, { signal });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_TIMEOUT_MS });
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    for (const event of ['error', 'timeout']) socket.once(event, () => answer(false));
  });
}
