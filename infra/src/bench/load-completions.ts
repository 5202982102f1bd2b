// The load on completions, a process of its own: autocannon with a fixed number of connections, first to warm up, then to
// measure. Reads a CompletionLoad from stdin and prints a CompletionWindow.
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';
import { type Times, timesOf } from './statistics.ts';

export interface CompletionLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface CompletionWindow {
  readonly requestsPerSecond: number;
  readonly latencyMs: Times;
  /** Answers of the measured part. */
  readonly answers: number;
  /** Answers of the warm-up too. */
  readonly allAnswers: number;
  /** Answers that were not a whole completion with status 2xx, connection errors and time-outs, warm-up included. */
  readonly failures: number;
  readonly statusCodes: readonly string[];
}

interface AutocannonResult {
  readonly duration: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly mismatches: number;
  readonly non2xx: number;
  readonly statusCodeStats: Readonly<Record<string, unknown>>;
}
type Autocannon = (
  options: Readonly<Record<string, unknown>>,
  callback: (error: Error | null, result: AutocannonResult) => void,
) => EventEmitter;

const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon;
const TIMEOUT_SECONDS = 10;

interface Run {
  readonly result: AutocannonResult;
  readonly timesMs: readonly number[];
}

// The response event carries the exact time; autocannon's own histogram knows whole milliseconds only.
function run(load: CompletionLoad, seconds: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const timesMs: number[] = [];
    const options = {
      url: load.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...load.headers },
      requests: load.bodies.map((body) => ({ body })),
      connections: load.connections,
      duration: seconds,
      timeout: TIMEOUT_SECONDS,
      verifyBody: (body: string) => body.endsWith('}') && body.includes('"finish_reason":"stop"'),
    };
    const tracker = autocannon(options, (error, result) => {
      if (error === null) resolve({ result, timesMs });
      else reject(error);
    });
    tracker.on('response', (_client: unknown, _status: number, _bytes: number, timeMs: number) => timesMs.push(timeMs));
  });
}

async function measure(load: CompletionLoad): Promise<CompletionWindow> {
  const warmUp = await run(load, load.warmUpSeconds);
  const { result, timesMs } = await run(load, load.seconds);
  const failures = ({ errors, mismatches, non2xx }: AutocannonResult) => errors + mismatches + non2xx;
  return {
    requestsPerSecond: timesMs.length / result.duration,
    latencyMs: timesOf(timesMs),
    answers: timesMs.length,
    allAnswers: warmUp.timesMs.length + timesMs.length,
    failures: failures(warmUp.result) + failures(result),
    statusCodes: Object.keys({ ...warmUp.result.statusCodeStats, ...result.statusCodeStats }),
  };
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await measure((await json(process.stdin)) as CompletionLoad)));
}
