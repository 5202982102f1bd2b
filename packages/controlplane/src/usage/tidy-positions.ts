// Keeps the positions that readers wait for to those that can still be reached. A pod that died with events nobody has
// would otherwise make every reading wait in vain, for ever.
import { readFileSync } from 'node:fs';
import { readAppliedPositions } from '../db/ledger/read-pod-streams.ts';
import type { BooksReader } from './position-barrier.ts';

/** A stream that lags this long without moving at either end has lost events, or its pod is down with its spool. */
const LOST_AFTER_MS = 60_000;
/** A stream that is complete and silent for this long has ended; a living pod writes its position again. */
const ENDED_AFTER_MS = 600_000;

/** A stream whose last events have not arrived. */
export interface LaggingStream {
  readonly podStream: string;
  readonly position: number;
  readonly applied: number;
}

interface Seen {
  readonly position: string;
  readonly applied: number;
  readonly sinceMs: number;
}

/** Builds a round; resolves to the streams that were given up in it. */
export function positionTidier(books: BooksReader, now: () => number): () => Promise<LaggingStream[]> {
  const script = readFileSync(new URL('./scripts/forget-position.lua', import.meta.url), 'utf8');
  let seen = new Map<string, Seen>();
  return async () => {
    const { pool, redis, keys, cell } = books;
    const positions = Object.entries(await redis.hgetall(keys.positions));
    const applied = await readAppliedPositions(
      pool,
      cell,
      positions.map(([podStream]) => podStream),
    );
    const lost: LaggingStream[] = [];
    const current = new Map<string, Seen>();
    for (const [podStream, position] of positions) {
      const state = { position, applied: applied.get(podStream) ?? 0 };
      const before = seen.get(podStream);
      const isSame = before?.position === position && before.applied === state.applied;
      const sinceMs = isSame ? before.sinceMs : now();
      const isComplete = state.applied >= Number(position);
      const isDue = now() - sinceMs >= (isComplete ? ENDED_AFTER_MS : LOST_AFTER_MS);
      if (!isDue) current.set(podStream, { ...state, sinceMs });
      else if ((await redis.eval(script, 1, keys.positions, podStream, position)) === 1 && !isComplete) {
        lost.push({ podStream, position: Number(position), applied: state.applied });
      }
    }
    seen = current;
    return lost;
  };
}
