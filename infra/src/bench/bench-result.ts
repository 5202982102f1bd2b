// What one run found, as it is written to the results folder.
import type { BenchOptions } from './bench-options.ts';
import type { TargetKey } from './bench-targets.ts';
import type { LedgerCheck } from './check-governed.ts';
import type { Machine, SourceState } from './machine.ts';
import type { ClassifierFigures } from './measure-classifier.ts';
import type { CompletionFigures } from './measure-completions.ts';
import type { StreamFigures } from './measure-streams.ts';

/** One window of each target, measured one after the other. */
export type Round<Figures> = Readonly<Record<TargetKey, Figures>>;

export interface BenchResult {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly source: SourceState;
  readonly machine: Machine;
  readonly loadAveragesBefore: readonly number[];
  readonly loadAveragesAfter: readonly number[];
  readonly options: BenchOptions;
  readonly classifier: readonly ClassifierFigures[];
  /** One connection. */
  readonly latency: readonly Round<CompletionFigures>[];
  /** Many connections. */
  readonly throughput: readonly Round<CompletionFigures>[];
  readonly streams: readonly Round<StreamFigures>[];
  /** Redis script calls per governed request, those of the queue's producer and consumer included. */
  readonly scriptCallsPerRequest: number | undefined;
  /** Absent when no request was sent. */
  readonly ledger: LedgerCheck | undefined;
}

/** Requests that the governed pod has answered in all windows. */
export function governedAnswers(
  rounds: readonly Round<CompletionFigures>[],
  streams: readonly Round<StreamFigures>[],
): number {
  const completions = rounds.reduce((sum, { governed }) => sum + governed.allAnswers, 0);
  return streams.reduce((sum, { governed }) => sum + governed.allStreams, completions);
}
