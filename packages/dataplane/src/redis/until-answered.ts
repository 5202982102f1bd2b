// Repeats an idempotent command until Redis has answered: what was reserved must not stay reserved because Redis was away.
import { RedisUnavailable } from './redis-breaker.ts';

const RETRY_MS = 500;
/** After this the reaper has ended the lease (its 10 minutes and a round). */
const GIVE_UP_MS = 900_000;

/** Resolves true once the command was answered, false when it was given up. Rejects with any other error. */
export async function untilAnswered(command: () => Promise<void>): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < GIVE_UP_MS; waitedMs += RETRY_MS) {
    try {
      await command();
      return true;
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }
  return false;
}
