// `npm run bench`: measures the governed pod against its floor. Progress goes to standard error, the page to standard out.
import { BENCH_USAGE, readBenchOptions } from '../bench/bench-options.ts';
import { describeMachine, loadAverages } from '../bench/machine.ts';
import { runBench } from '../bench/run-bench.ts';
import { VoidRun } from '../bench/void-run.ts';
import { listenForStop } from '../supervisor/stop-signals.ts';

const EXIT_USAGE = 64;
const EXIT_VOID = 1;

/** Measures and prints; 1 when the run is void, 64 when the arguments are wrong. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(`${BENCH_USAGE}\n`);
    return 0;
  }
  const reading = readBenchOptions(args);
  if ('problems' in reading) {
    process.stderr.write(`${[...reading.problems, BENCH_USAGE].join('\n')}\n`);
    return EXIT_USAGE;
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const machine = describeMachine();
  say(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load average ${loadAverages().join(' ')}`);
  const { first } = listenForStop();
  try {
    process.stdout.write(`${await runBench({ options: reading.options, say, signal: first })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof VoidRun)) throw error;
    say(`The run is void, nothing was written: ${error.message}`);
    return EXIT_VOID;
  }
}
