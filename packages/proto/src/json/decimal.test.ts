// Prices keep every digit that was written, and say so when they cannot.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxDecimalLength, parseDecimal } from './decimal.ts';

describe('parseDecimal', () => {
  test.each([
    ['2.50', 6, 2_500_000n],
    ['0', 6, 0n],
    ['-0', 6, 0n],
    ['0.000001', 6, 1n],
    ['0.0000010', 6, 1n],
    ['1e-6', 6, 1n],
    ['25E-1', 6, 2_500_000n],
    ['2.5e+3', 6, 2_500_000_000n],
    ['1000e-9', 6, 1n],
    ['-3.75', 2, -375n],
    ['9007199254740993', 0, 9_007_199_254_740_993n],
    ['7', 0, 7n],
    ['0e64', 6, 0n],
  ])('reads %s with %i digits', (source, fractionDigits, expected) => {
    expect(parseDecimal(source, fractionDigits)).toBe(expected);
  });

  test.each([
    ['0.0000001', 6],
    ['1e-7', 6],
    ['1.5', 0],
    ['1e65', 6],
    ['1e999999999999', 6],
    ['', 6],
    ['.5', 6],
    ['5.', 6],
    ['05', 6],
    ['+5', 6],
    ['1_000', 6],
    ['1,5', 6],
    [' 1', 6],
    ['1\n', 6],
    ['0x10', 6],
    ['Infinity', 6],
    ['NaN', 6],
    ['١', 6],
    ['1'.repeat(maxDecimalLength + 1), 6],
  ])('refuses %j with %i digits', (source, fractionDigits) => {
    expect(parseDecimal(source, fractionDigits)).toBeUndefined();
  });

  test('reads back any amount of micro-units', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (micro) => {
        const digits = micro.toString().padStart(7, '0');

        expect(parseDecimal(`${digits.slice(0, -6)}.${digits.slice(-6)}`, 6)).toBe(micro);
        expect(parseDecimal(`${micro}e-6`, 6)).toBe(micro);
      }),
    );
  });
});
