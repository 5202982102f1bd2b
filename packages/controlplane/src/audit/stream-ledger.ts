// The numbered streams that one transaction touches: notes what arrived and hands out the next numbers.
import type { PodStreamState } from '../db/ledger/pod-streams.ts';
import { addSequences, appliedSequence, highestSequence, type SequenceRanges } from '../db/ledger/sequence-ranges.ts';

interface TouchedStream {
  readonly podId: string;
  readonly known: SequenceRanges;
  readonly added: number[];
  highest: number;
}

/** Lives as long as its transaction, which holds the log's head. */
export class StreamLedger {
  readonly #known: ReadonlyMap<string, SequenceRanges>;
  readonly #touched = new Map<string, TouchedStream>();

  constructor(known: ReadonlyMap<string, SequenceRanges>) {
    this.#known = known;
  }

  /** Notes that this number has arrived. */
  arrived(podId: string, podStream: string, sequence: number): void {
    const stream = this.#touch(podId, podStream);
    stream.added.push(sequence);
    stream.highest = Math.max(stream.highest, sequence);
  }

  /** The number after the highest so far, which has then arrived. */
  next(podId: string, podStream: string): number {
    const sequence = this.#touch(podId, podStream).highest + 1;
    this.arrived(podId, podStream, sequence);
    return sequence;
  }

  /** The new state of each stream that was touched. */
  changes(): PodStreamState[] {
    return Array.from(this.#touched, ([podStream, { podId, known, added }]) => {
      const received = addSequences(known, added);
      return { podStream, podId, received, applied: appliedSequence(received) };
    });
  }

  #touch(podId: string, podStream: string): TouchedStream {
    const touched = this.#touched.get(podStream);
    if (touched !== undefined) return touched;
    const known = this.#known.get(podStream) ?? [];
    const stream: TouchedStream = { podId, known, added: [], highest: highestSequence(known) };
    this.#touched.set(podStream, stream);
    return stream;
  }
}
