// Preloaded into a pod (`--import`): notes how much processor time each turn of its event loop takes. Time on the clock
// says little on a machine that others use as well; what the loop itself does is the stall that it causes.
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Names the file of the notes, in the pod's environment. */
const FILE_VARIABLE = 'LOOP_PROBE_FILE';
/** Shorter turns are not noted. */
const NOTED_MS = 5;

/** The environment with which a pod notes its turns in a file. */
export function loopProbeEnvironment(file: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${import.meta.url}`, [FILE_VARIABLE]: file };
}

/** The longest turn since `sinceMs` (epoch), in milliseconds of processor time; at most `NOTED_MS` where none is noted. */
export function longestTurnMs(file: string, sinceMs: number): number {
  const turns = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .filter(([endedMs = 0]) => endedMs >= sinceMs);
  return Math.max(NOTED_MS, ...turns.map(([, tookMs = 0]) => tookMs));
}

function noteTurns(file: string): void {
  appendFileSync(file, '');
  let last = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    const tookMs = (user + system) / 1_000;
    if (tookMs > NOTED_MS) appendFileSync(file, `${Date.now()} ${tookMs.toFixed(1)}\n`);
  }, 1).unref();
}

const file = process.env[FILE_VARIABLE];
if (isMainThread && file !== undefined) noteTurns(file);
