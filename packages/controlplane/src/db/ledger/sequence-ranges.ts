// Sets of sequence numbers as sorted, disjoint, non-touching ranges: PostgreSQL's int8multirange in memory.

/** Inclusive on both ends. */
export type SequenceRange = readonly [first: number, last: number];
export type SequenceRanges = readonly SequenceRange[];

/** The set with these numbers added. */
export function addSequences(ranges: SequenceRanges, sequences: Iterable<number>): SequenceRanges {
  const added: SequenceRange[] = Array.from(sequences, (sequence) => [sequence, sequence]);
  const sorted = [...ranges, ...added].sort((one, other) => one[0] - other[0]);
  const united: [number, number][] = [];
  for (const [first, last] of sorted) {
    const open = united.at(-1);
    if (open !== undefined && first <= open[1] + 1) open[1] = Math.max(open[1], last);
    else united.push([first, last]);
  }
  return united;
}

/** The last number up to which all from 1 on are there; 0 when 1 is missing. */
export function appliedSequence(ranges: SequenceRanges): number {
  const [first] = ranges;
  return first !== undefined && first[0] <= 1 ? first[1] : 0;
}

/** The highest number in the set; 0 when it is empty. */
export function highestSequence(ranges: SequenceRanges): number {
  return ranges.at(-1)?.[1] ?? 0;
}

/** What is missing between 1 and the highest number. */
export function missingRanges(ranges: SequenceRanges): SequenceRanges {
  const missing: SequenceRange[] = [];
  let next = 1;
  for (const [first, last] of ranges) {
    if (first > next) missing.push([next, first - 1]);
    next = last + 1;
  }
  return missing;
}

/** PostgreSQL's text form: `{[1,4),[7,8)}`. */
export function formatRanges(ranges: SequenceRanges): string {
  return `{${ranges.map(([first, last]) => `[${first},${last + 1})`).join(',')}}`;
}

/** Reads PostgreSQL's canonical text form. */
export function parseRanges(text: string): SequenceRanges {
  return Array.from(text.matchAll(/\[(\d+),(\d+)\)/g), ([, first, end]) => [Number(first), Number(end) - 1] as const);
}
