// What a measurement was asked for, read from the command line.
import { parseArgs } from 'node:util';

/** Sizes of the windows and of the streams. */
export interface BenchOptions {
  readonly isQuick: boolean;
  /** Profile the governed pod instead of comparing it. */
  readonly isProfile: boolean;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly latencySeconds: number;
  readonly throughputSeconds: number;
  readonly connections: number;
  readonly streams: number;
  readonly framesPerStream: number;
  readonly framesPerSecond: number;
  readonly parts: readonly BenchPart[];
}

export type BenchPart = 'classifier' | 'completions' | 'streams';

/** Connections of the throughput windows, as the targets name them. */
export const THROUGHPUT_CONNECTIONS = 32;

export const BENCH_USAGE = `usage: npm run bench -- [options]
  --quick            two short rounds: shows that everything runs, its figures are rough
  --rounds <n>       rounds of A B C (default 5, with --quick 2)
  --seconds <n>      length of a throughput window (default 10, with --quick 3)
  --streams <n>      concurrent streams (default 100; the target speaks of 500)
  --frames <n>       frames of one stream (default 100; the target speaks of 200)
  --rate <n>         frames of one stream per second (default 50)
  --only <part>      classifier, completions or streams
  --profile          profile the governed pod under ${THROUGHPUT_CONNECTIONS} connections instead`;

const PARTS: readonly BenchPart[] = ['classifier', 'completions', 'streams'];

/** Reads the arguments: options, or every problem. */
export function readBenchOptions(
  args: readonly string[],
): { readonly options: BenchOptions } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const values = parse(args, problems);
  const isQuick = values.quick === true;
  const count = (name: 'rounds' | 'seconds' | 'streams' | 'frames' | 'rate', fallback: number, max: number): number => {
    const text = values[name];
    if (text === undefined) return fallback;
    const number = Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= max) return number;
    problems.push(`--${name}: found "${text}", expected a whole number from 1 to ${max}`);
    return fallback;
  };
  const part = PARTS.find((name) => name === values.only);
  if (values.only !== undefined && part === undefined) {
    problems.push(`--only: found "${values.only}", expected one of ${PARTS.join(', ')}`);
  }
  const options: BenchOptions = {
    isQuick,
    isProfile: values.profile === true,
    rounds: count('rounds', isQuick ? 2 : 5, 100),
    warmUpSeconds: isQuick ? 1 : 3,
    latencySeconds: isQuick ? 2 : 5,
    throughputSeconds: count('seconds', isQuick ? 3 : 10, 3_600),
    connections: THROUGHPUT_CONNECTIONS,
    streams: count('streams', 100, 2_000),
    framesPerStream: count('frames', 100, 10_000),
    framesPerSecond: count('rate', 50, 1_000),
    parts: part === undefined ? PARTS : [part],
  };
  return problems.length === 0 ? { options } : { problems };
}

interface Values {
  readonly quick?: boolean;
  readonly profile?: boolean;
  readonly rounds?: string;
  readonly seconds?: string;
  readonly streams?: string;
  readonly frames?: string;
  readonly rate?: string;
  readonly only?: string;
}

function parse(args: readonly string[], problems: string[]): Values {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        quick: { type: 'boolean' },
        profile: { type: 'boolean' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        streams: { type: 'string' },
        frames: { type: 'string' },
        rate: { type: 'string' },
        only: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}
