// The timer of loops that end on a signal. A pod's exit never waits for one.
import { setTimeout } from 'node:timers/promises';

/** Resolves with true when the time is over, with false as soon as the signal says stop. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<boolean>;

/** Waits on the real clock. */
export const abortableWait: Wait = (delayMs, signal) =>
  setTimeout(delayMs, true, { signal, ref: false }).catch(() => false);
