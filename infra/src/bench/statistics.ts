// Medians, ranges and percentiles of what was measured.

/** The middle of several rounds and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median and range; throws on an empty list, because there is nothing to say about it. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (low === undefined || high === undefined || min === undefined || max === undefined) throw new Error('no values');
  return { median: (low + high) / 2, min, max };
}

/** The smallest value that at least `part` (0 to 1) of all values do not exceed (nearest rank). */
export function percentile(values: Iterable<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  if (value === undefined) throw new Error('no values');
  return value;
}

/** Percentiles of times in milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

/** Both percentiles; zeros for an empty list, whose window is void anyway and must be able to say why. */
export function timesOf(valuesMs: readonly number[]): Times {
  if (valuesMs.length === 0) return { p50: 0, p99: 0 };
  return { p50: percentile(valuesMs, 0.5), p99: percentile(valuesMs, 0.99) };
}
