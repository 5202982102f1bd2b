// The numbered streams against the log: what never arrived, and numbers that nobody sent.
import type { AuditLeaf, LogProblem } from '@secrouter/proto';
import type { PodStreamRow } from '../db/ledger/read-pod-streams.ts';
import { addSequences, missingRanges, type SequenceRanges } from '../db/ledger/sequence-ranges.ts';

/** A younger hole is a batch that overtook another one. */
const HOLE_IS_LOSS_AFTER_MS = 60_000;

/** Numbers that the log's leaves carry, by stream. */
export class LeafSequences {
  readonly #streams = new Map<string, SequenceRanges>();

  /** Notes the numbers of a page of leaves. */
  add(leaves: readonly AuditLeaf[]): void {
    const page = new Map<string, number[]>();
    for (const { podStream, podSequence } of leaves) {
      const numbers = page.get(podStream) ?? [];
      numbers.push(podSequence);
      page.set(podStream, numbers);
    }
    for (const [podStream, numbers] of page) {
      this.#streams.set(podStream, addSequences(this.#streams.get(podStream) ?? [], numbers));
    }
  }

  /** Compares with what the streams say has arrived. */
  compare(streams: readonly PodStreamRow[], report: (problem: LogProblem) => void): void {
    const known = new Map(streams.map((stream) => [stream.podStream, stream]));
    for (const [podStream, logged] of this.#streams) {
      if (isWithin(logged, known.get(podStream)?.received ?? [])) continue;
      report(streamProblem('stream_differs', `stream ${podStream} has leaves under numbers that never arrived`));
    }
    for (const stream of streams) {
      if (stream.holeAgeMs === null || stream.holeAgeMs < HOLE_IS_LOSS_AFTER_MS) continue;
      const holes = missingRanges(stream.received).map(([first, last]) =>
        first === last ? `${first}` : `${first}-${last}`,
      );
      report(streamProblem('stream_hole', `stream ${stream.podStream} of ${stream.podId} lacks ${holes.join(', ')}`));
    }
  }
}

function isWithin(inner: SequenceRanges, outer: SequenceRanges): boolean {
  return inner.every(([first, last]) => outer.some(([from, to]) => from <= first && last <= to));
}

function streamProblem(kind: 'stream_differs' | 'stream_hole', message: string): LogProblem {
  return { kind, index: null, eventId: null, message };
}
