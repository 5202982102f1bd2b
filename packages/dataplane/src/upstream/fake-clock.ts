// A clock that stands still until a test moves it; for the tests in this folder.
import type { Wait } from './abortable-wait.ts';

interface Waiting {
  readonly dueMs: number;
  readonly resolve: (isOver: boolean) => void;
}

export class FakeClock {
  nowMs = 1_000_000;
  readonly #waiting = new Set<Waiting>();

  /** When each running wait would end, from now; the next first. */
  get pendingMs(): readonly number[] {
    return [...this.#waiting].map(({ dueMs }) => dueMs - this.nowMs).sort((left, right) => left - right);
  }

  readonly wait: Wait = (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const waiting = { dueMs: this.nowMs + delayMs, resolve };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', () => {
        if (this.#waiting.delete(waiting)) resolve(false);
      });
    });

  /** Moves the clock, stopping at each wait that ends on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await settle();
      const next = [...this.#waiting].sort((left, right) => left.dueMs - right.dueMs)[0];
      if (next === undefined || next.dueMs > untilMs) break;
      this.nowMs = next.dueMs;
      this.#waiting.delete(next);
      next.resolve(true);
    }
    this.nowMs = untilMs;
    await settle();
  }
}

/** Lets everything that is ready run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
