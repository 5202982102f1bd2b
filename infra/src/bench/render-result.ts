// One run as a page of Markdown: where it was made, the targets, and every figure with its range.
import type { BenchResult, Round } from './bench-result.ts';
import type { TargetKey } from './bench-targets.ts';
import { judgeResult } from './judge-result.ts';
import { CLASSIFIER_SIZES } from './measure-classifier.ts';
import { type Spread, spreadOf } from './statistics.ts';

const NAMES: Readonly<Record<TargetKey, string>> = {
  governed: 'A governed pod',
  bare: 'B bare forward',
  direct: 'C direct',
};
const KEYS: readonly TargetKey[] = ['governed', 'bare', 'direct'];
const ABSENT = '-';
const BYTES_PER_KB = 1_024;

/** Renders the page; figures are medians over the rounds, with the range in parentheses. */
export function renderResult(result: BenchResult): string {
  return [
    `# Bench ${result.startedAt.slice(0, 10)}, commit ${result.source.commit}${result.source.isChanged ? ' with changes' : ''}`,
    conditions(result),
    '## Targets',
    table(
      ['what', 'target', 'measured', 'met'],
      judgeResult(result).map(({ what, bound, measured, unit, isMet }) => [
        what,
        `${bound} ${unit}`.trim(),
        `${spreadText(measured)} ${unit}`.trim(),
        isMet ? 'yes' : 'no',
      ]),
    ),
    ...classifierSection(result),
    ...completionSections(result),
    ...streamSection(result),
    checks(result),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

function conditions({ machine, options, loadAveragesBefore, loadAveragesAfter }: BenchResult): string {
  const lines = [
    `- machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}; Node ${machine.node}`,
    `- load average before ${loadAveragesBefore.join(' ')}, after ${loadAveragesAfter.join(' ')}; load generator, upstream, Redis, PostgreSQL and aggregator share the machine`,
    `- ${options.rounds} rounds in the order A B C; medians, ranges in parentheses`,
  ];
  if (options.isQuick) lines.push('- quick run: short windows, rough figures');
  return lines.join('\n');
}

function classifierSection({ classifier }: BenchResult): readonly string[] {
  if (classifier.length === 0) return [];
  const names = [...new Set(classifier.map(({ text }) => text))];
  const timesOf = (name: string, bytes: number): string => {
    const row = classifier.find(({ text, bytes: size }) => text === name && size === bytes);
    if (row === undefined) return ABSENT;
    return `${row.timesMs.p50.toFixed(3)} / ${row.timesMs.p99.toFixed(3)} (${row.floorMs.p50.toFixed(3)})`;
  };
  return [
    '## Classifier',
    table(
      ['text', ...CLASSIFIER_SIZES.map((bytes) => `${bytes / 1_000} KB: p50 / p99 ms (floor p50)`)],
      names.map((name) => [name, ...CLASSIFIER_SIZES.map((bytes) => timesOf(name, bytes))]),
    ),
    'The floor is one pass over the characters of the same text. Of a long text a bounded window at both ends is read.',
  ];
}

function completionSections({ latency, throughput, options }: BenchResult): readonly string[] {
  if (throughput.length === 0) return [];
  const head = ['target', 'requests/s', 'p50 ms', 'p99 ms', 'CPU ms per request'];
  const section = (rounds: BenchResult['throughput']) =>
    table(
      head,
      KEYS.map((key) => [
        NAMES[key],
        cell(rounds, key, ({ requestsPerSecond }) => requestsPerSecond),
        cell(rounds, key, ({ latencyMs }) => latencyMs.p50),
        cell(rounds, key, ({ latencyMs }) => latencyMs.p99),
        cell(rounds, key, ({ cpuMsPerRequest }) => cpuMsPerRequest),
      ]),
    );
  return [
    '## Completions, 1 connection',
    section(latency),
    `## Completions, ${options.connections} connections`,
    section(throughput),
  ];
}

function streamSection({ streams, options }: BenchResult): readonly string[] {
  if (streams.length === 0) return [];
  const size = `${options.streams} at once x ${options.framesPerStream} frames at ${options.framesPerSecond}/s`;
  return [
    `## Streams, ${size}`,
    table(
      ['target', 'first frame p50 ms', 'p99 ms', 'a frame under way p50 ms', 'p99 ms', 'KB per stream'],
      KEYS.map((key) => [
        NAMES[key],
        cell(streams, key, ({ firstFrameMs }) => firstFrameMs.p50),
        cell(streams, key, ({ firstFrameMs }) => firstFrameMs.p99),
        cell(streams, key, ({ frameTransitMs }) => frameTransitMs.p50),
        cell(streams, key, ({ frameTransitMs }) => frameTransitMs.p99),
        cell(streams, key, ({ bytesPerStream }) => (bytesPerStream ?? Number.NaN) / BYTES_PER_KB),
      ]),
    ),
    'Every frame of every stream arrived, in order.',
  ];
}

function checks({ ledger, scriptCallsPerRequest }: BenchResult): string {
  if (ledger === undefined) return '';
  const lines = [
    `- ledger: ${ledger.rows} rows for ${ledger.answers} governed answers, ${ledger.deadLetters} dead letters; complete ${(ledger.behindMs / 1_000).toFixed(1)} s after the last window`,
  ];
  if (scriptCallsPerRequest !== undefined) {
    lines.push(
      `- Redis: ${scriptCallsPerRequest.toFixed(2)} script calls per request: reserve, settle, and the queue's own (both of its ends)`,
    );
  }
  return ['## Checks', lines.join('\n')].join('\n\n');
}

function cell<Figures>(
  rounds: readonly Round<Figures>[],
  key: TargetKey,
  read: (figures: Figures) => number | undefined,
): string {
  const values = rounds
    .map((round) => read(round[key]))
    .filter((value) => value !== undefined)
    .filter((value) => !Number.isNaN(value));
  return values.length === 0 ? ABSENT : spreadText(spreadOf(values));
}

function spreadText({ median, min, max }: Spread): string {
  return `${numberText(median)} (${numberText(min)} to ${numberText(max)})`;
}

function numberText(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
