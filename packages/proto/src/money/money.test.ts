import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costBoundNanoUsd, costNanoUsd, formatUsd, priceAt, type TokenCounts, usdNumber } from './money.ts';

const NONE: TokenCounts = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
};
const price = (input: number, output = 0, cached = input, written = input) => ({
  inputPicoUsd: input,
  outputPicoUsd: output,
  cachedInputPicoUsd: cached,
  cacheWritePicoUsd: written,
  cacheWrite1hPicoUsd: written,
});

describe('cost', () => {
  test.each([
    [1, 499, 0],
    [1, 500, 1],
    [1, 501, 1],
    [3, 500, 2],
    [1_000_000, 150_000, 150_000_000],
  ])('of %d tokens at %d pico-dollars is %d nano-dollars, rounded half up', (inputTokens, pico, nano) => {
    expect(costNanoUsd({ ...NONE, inputTokens }, price(pico))).toBe(nano);
  });

  test('prices cached and written input at their own rate, once, and never more of them than there is', () => {
    const rates = price(1_000_000, 0, 100_000, 1_250_000);

    expect(costNanoUsd({ ...NONE, inputTokens: 10, cachedInputTokens: 4 }, rates)).toBe(6_000 + 400);
    expect(costNanoUsd({ ...NONE, inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 2 }, rates)).toBe(
      4_000 + 400 + 2_500,
    );
    expect(costNanoUsd({ ...NONE, inputTokens: 10, cachedInputTokens: 99, cacheWriteTokens: 99 }, rates)).toBe(1_000);
  });

  test('counts reasoning as output, once', () => {
    expect(costNanoUsd({ ...NONE, outputTokens: 10, reasoningTokens: 8 }, price(0, 1_000_000))).toBe(10_000);
  });

  test('is never above its bound', () => {
    const rate = fc.nat(2_000_000_000);
    const count = fc.nat(5_000_000);
    fc.assert(
      fc.property(count, count, count, count, rate, rate, rate, rate, (input, output, cached, written, a, b, c, d) => {
        const tokens = {
          ...NONE,
          inputTokens: input,
          outputTokens: output,
          cachedInputTokens: cached,
          cacheWriteTokens: written,
        };
        const rates = price(a, b, c, d);

        expect(costBoundNanoUsd(input, output, rates)).toBeGreaterThanOrEqual(costNanoUsd(tokens, rates));
      }),
    );
  });
});

describe('the price of a long context', () => {
  const above = [
    { ...price(3), aboveInputTokens: 200 },
    { ...price(2), aboveInputTokens: 100 },
  ];

  test.each([
    [0, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [201, 3],
  ])('of %d tokens is that of the highest step below it', (tokens, expected) => {
    expect(priceAt(price(1), above, tokens).inputPicoUsd).toBe(expected);
  });
});

describe('dollars', () => {
  test.each([
    [0, '0'],
    [499, '0'],
    [500, '0.000001'],
    [1_000, '0.000001'],
    [210_000_000, '0.21'],
    [25_000_000_000, '25'],
    [24_790_000_499, '24.79'],
    [9_000_000_000_000_000, '9000000'],
    [-1_500_000_000, '-1.5'],
  ])('%d nano-dollars are %s', (nano, text) => {
    expect(formatUsd(nano)).toBe(text);
    expect(usdNumber(nano)).toBe(Number(text));
  });
});
