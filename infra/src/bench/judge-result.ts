// The figures that the targets speak of, each against its bound. Ratios and differences are taken within a round, where
// both sides had the same neighbours.
import type { BenchResult, Round } from './bench-result.ts';
import type { ClassifierFigures } from './measure-classifier.ts';
import type { CompletionFigures } from './measure-completions.ts';
import { type Spread, spreadOf } from './statistics.ts';

const LEAST_RATIO = 0.45;
const MOST_ADDED_P50_MS = 0.6;
const MOST_ADDED_P99_MS = 3;
const MOST_ADDED_FIRST_FRAME_P99_MS = 15;
const MOST_KB_PER_STREAM = 40;
const MOST_RESIDENT_MB = 250;
/** By the size of the text in bytes: ordinary text, slowest kind. */
const MOST_CLASSIFIER_P99_MS: ReadonlyMap<number, number> = new Map([
  [1_000, 1],
  [10_000, 1.5],
  [100_000, 1.5],
]);
const MOST_ANY_TEXT_MS = 5;
const ANY_TEXT_BYTES = 100_000;
const BYTES_PER_KB = 1_024;
const BYTES_PER_MB = 1_048_576;

export interface Judged {
  readonly what: string;
  readonly bound: string;
  readonly measured: Spread;
  readonly unit: string;
  readonly isMet: boolean;
}

/** Every target that this run has figures for. */
export function judgeResult(result: BenchResult): readonly Judged[] {
  const { latency, throughput, streams, options } = result;
  const streamSize = `${options.streams} streams x ${options.framesPerStream} frames at ${options.framesPerSecond}/s`;
  return [
    ...judgeClassifier(result.classifier),
    atLeast(
      `governed throughput, part of the bare forward's, ${options.connections} connections`,
      LEAST_RATIO,
      '',
      throughput.map(({ governed, bare }) => governed.requestsPerSecond / bare.requestsPerSecond),
    ),
    atMost('added latency p50, 1 connection', MOST_ADDED_P50_MS, 'ms', addedMs(latency, 'p50')),
    atMost('added latency p99, 1 connection', MOST_ADDED_P99_MS, 'ms', addedMs(latency, 'p99')),
    atMost(
      `resident memory at ${options.connections} connections, peak`,
      MOST_RESIDENT_MB,
      'MB',
      known(throughput.map(({ governed }) => governed.peakResidentBytes)).map((bytes) => bytes / BYTES_PER_MB),
    ),
    atMost(
      `added first frame p99, ${streamSize}`,
      MOST_ADDED_FIRST_FRAME_P99_MS,
      'ms',
      streams.map(({ governed, direct }) => governed.firstFrameMs.p99 - direct.firstFrameMs.p99),
    ),
    atMost(
      `memory of a stream, ${streamSize}`,
      MOST_KB_PER_STREAM,
      'KB',
      known(streams.map(({ governed }) => governed.bytesPerStream)).map((bytes) => bytes / BYTES_PER_KB),
    ),
  ].filter((judged) => judged !== undefined);
}

function judgeClassifier(figures: readonly ClassifierFigures[]): readonly (Judged | undefined)[] {
  const p99 = (bytes: number, isAny: boolean): readonly number[] =>
    figures.filter((row) => row.bytes === bytes && (isAny || !row.isAdversarial)).map(({ timesMs }) => timesMs.p99);
  const slowest = (what: string, boundMs: number, values: readonly number[]) =>
    atMost(what, boundMs, 'ms', values.length === 0 ? [] : [Math.max(...values)]);
  return [
    ...[...MOST_CLASSIFIER_P99_MS].map(([bytes, boundMs]) =>
      slowest(`classifier p99, ${bytes / 1_000} KB of ordinary text`, boundMs, p99(bytes, false)),
    ),
    slowest('classifier p99, 100 KB of any text', MOST_ANY_TEXT_MS, p99(ANY_TEXT_BYTES, true)),
  ];
}

function addedMs(rounds: readonly Round<CompletionFigures>[], part: 'p50' | 'p99'): readonly number[] {
  return rounds.map(({ governed, direct }) => governed.latencyMs[part] - direct.latencyMs[part]);
}

function atLeast(what: string, bound: number, unit: string, values: readonly number[]): Judged | undefined {
  if (values.length === 0) return undefined;
  const measured = spreadOf(values);
  return { what, bound: `at least ${bound}`, measured, unit, isMet: measured.median >= bound };
}

function atMost(what: string, bound: number, unit: string, values: readonly number[]): Judged | undefined {
  if (values.length === 0) return undefined;
  const measured = spreadOf(values);
  return { what, bound: `at most ${bound}`, measured, unit, isMet: measured.median <= bound };
}

function known(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined);
}
