// Money in integers: prices in pico-dollars per token, costs in nano-dollars, answers in micro-dollars.
import type { LongContextPrice, ModelPrice } from '../config/config-types.ts';

export const PICO_PER_NANO = 1_000n;
export const NANO_USD_PER_USD = 1_000_000_000;
const NANO_PER_MICRO = 1_000n;

/** Tokens of one answer, as billed. Cached and cache-write tokens are part of `inputTokens`; reasoning of `outputTokens`. */
export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
}

/** The price that holds for a request of this many input tokens. */
export function priceAt(price: ModelPrice, above: readonly LongContextPrice[], inputTokens: number): ModelPrice {
  let chosen: ModelPrice = price;
  let step = -1;
  for (const row of above) {
    if (inputTokens > row.aboveInputTokens && row.aboveInputTokens > step) {
      chosen = row;
      step = row.aboveInputTokens;
    }
  }
  return chosen;
}

/**
 * Cost of an answer in nano-dollars: computed in pico-dollars, rounded half up once.
 * Cached input is priced at its own rate, once; the rest of the input at the input rate.
 */
export function costNanoUsd(tokens: TokenCounts, price: ModelPrice): number {
  const cached = Math.min(tokens.cachedInputTokens, tokens.inputTokens);
  const written = Math.min(tokens.cacheWriteTokens, tokens.inputTokens - cached);
  const plain = tokens.inputTokens - cached - written;
  const pico =
    BigInt(plain) * BigInt(price.inputPicoUsd) +
    BigInt(cached) * BigInt(price.cachedInputPicoUsd) +
    BigInt(written) * BigInt(price.cacheWritePicoUsd) +
    BigInt(tokens.outputTokens) * BigInt(price.outputPicoUsd);
  return Number(divideHalfUp(pico, PICO_PER_NANO));
}

/** The most that a request can cost in nano-dollars, never below what it is billed: rounded up. */
export function costBoundNanoUsd(inputTokens: number, outputTokens: number, price: ModelPrice): number {
  const inputPico = Math.max(
    price.inputPicoUsd,
    price.cachedInputPicoUsd,
    price.cacheWritePicoUsd,
    price.cacheWrite1hPicoUsd,
  );
  const pico = BigInt(inputTokens) * BigInt(inputPico) + BigInt(outputTokens) * BigInt(price.outputPicoUsd);
  return Number((pico + PICO_PER_NANO - 1n) / PICO_PER_NANO);
}

/** Nano-dollars as a decimal string of dollars, exact to the micro-dollar (rounded half up), without trailing zeros. */
export function formatUsd(nanoUsd: number | bigint): string {
  const micro = divideHalfUp(BigInt(nanoUsd), NANO_PER_MICRO);
  const sign = micro < 0n ? '-' : '';
  const digits = (micro < 0n ? -micro : micro).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -6)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Nano-dollars as a JSON number of dollars; six decimals of a double are exact up to $9,000,000. */
export function usdNumber(nanoUsd: number | bigint): number {
  return Number(formatUsd(nanoUsd));
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const doubled = dividend * 2n + (dividend < 0n ? -divisor : divisor);
  return doubled / (divisor * 2n);
}
