// When a component that died is started again: soon, then less soon, and never more than five times a minute.
const WINDOW_MS = 60_000;
const RESTARTS_PER_WINDOW = 5;
const FIRST_DELAY_MS = 500;

/** Milliseconds to wait before the next restart, given the times of the earlier ones. */
export function restartDelayMs(earlierRestartsMs: readonly number[], nowMs: number): number {
  const recent = earlierRestartsMs.filter((time) => nowMs - time < WINDOW_MS);
  const backOff = FIRST_DELAY_MS * 2 ** recent.length;
  const oldestThatCounts = recent.at(-RESTARTS_PER_WINDOW);
  return oldestThatCounts === undefined ? backOff : oldestThatCounts + WINDOW_MS - nowMs;
}
