import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addSequences,
  appliedSequence,
  formatRanges,
  highestSequence,
  missingRanges,
  parseRanges,
  type SequenceRanges,
} from './sequence-ranges.ts';

const sequences = fc.array(fc.integer({ min: 1, max: 60 }));
const members = (ranges: SequenceRanges) =>
  new Set(ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at)));

test('is the set of all numbers that were added, in any order and however often', () => {
  fc.assert(
    fc.property(sequences, sequences, (one, other) => {
      const ranges = addSequences(addSequences([], one), other);
      const all = new Set([...one, ...other]);

      expect(members(ranges)).toEqual(new Set([...all].sort((a, b) => a - b)));
      expect(ranges).toEqual(addSequences([], [...other, ...one, ...one]));
      expect(parseRanges(formatRanges(ranges))).toEqual(ranges);
      expect(highestSequence(ranges)).toBe(Math.max(0, ...all));
    }),
  );
});

test('has applied exactly what is there without a gap from 1 on, and misses the rest up to the highest', () => {
  fc.assert(
    fc.property(sequences, (numbers) => {
      const ranges = addSequences([], numbers);
      const applied = appliedSequence(ranges);
      const missing = members(missingRanges(ranges));

      for (let number = 1; number <= applied; number += 1) expect(numbers).toContain(number);
      expect(numbers).not.toContain(applied + 1);
      for (let number = 1; number <= highestSequence(ranges); number += 1) {
        expect(missing.has(number)).toBe(!numbers.includes(number));
      }
    }),
  );
});
