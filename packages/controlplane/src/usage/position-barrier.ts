// Read your own writes: a reading waits until the books hold every event that had ended when it began.
import type { RedisKeys } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { readAppliedPositions } from '../db/ledger/read-pod-streams.ts';

/** What a reading of the books stands on. */
export interface BooksReader {
  readonly pool: Pool;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly cell: string;
}

/** How long a reading waits at most. */
export const MAX_WAIT_MS = 1_000;
const POLL_MS = 15;
/** Redis answers at once or is away; then the reading goes on without it. */
const REDIS_TIMEOUT_MS = 250;

/** Waits for the positions held now. False: the wait was given up, or nobody could say what to wait for. */
export async function awaitPositions(books: BooksReader, waitMs: number = MAX_WAIT_MS): Promise<boolean> {
  const giveUpAt = performance.now() + waitMs;
  const pending = await readPositions(books);
  if (pending === undefined) return false;
  for (;;) {
    if (pending.size === 0) return true;
    const applied = await readAppliedPositions(books.pool, books.cell, [...pending.keys()]);
    for (const [podStream, sequence] of pending) {
      if ((applied.get(podStream) ?? 0) >= sequence) pending.delete(podStream);
    }
    if (pending.size === 0) return true;
    if (performance.now() + POLL_MS > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function readPositions({ redis, keys }: BooksReader): Promise<Map<string, number> | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), REDIS_TIMEOUT_MS);
  });
  // Redis away: the books are read as they are, and the answer says that it may not be complete.
  const positions = await Promise.race([redis.hgetall(keys.positions).catch(() => undefined), timedOut]);
  clearTimeout(timer);
  if (positions === undefined) return undefined;
  const known = Object.entries(positions).filter(([podStream]) => UUID.test(podStream));
  return new Map(known.map(([podStream, sequence]) => [podStream.toLowerCase(), Number(sequence)]));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
