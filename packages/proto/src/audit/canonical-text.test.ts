import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../json/json-value.ts';
import { canonicalText } from './canonical-text.ts';

const resultOf = (encode: (value: unknown) => string, value: unknown): string => {
  try {
    return encode(value);
  } catch (error) {
    return String(error);
  }
};

test('is the canonical encoding, for every value and in every order of members', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }), (value) => {
      expect(resultOf(canonicalText, value)).toBe(resultOf(canonicalJson, value));
    }),
  );
});

test.each([
  { 10: 1, 9: 2 },
  { a: 1, toJSON: 2 },
  { b: 1, a: -0 },
  { a: '\ud800' },
  { '\ud800': 1 },
  { a: undefined },
  new Date(0),
  [undefined],
  Number.NaN,
])('agrees with the canonical encoding on case %#', (value) => {
  expect(resultOf(canonicalText, value)).toBe(resultOf(canonicalJson, value));
});
