// Ends the leases of pods that died: one `orphaned` row each in the books, and only then the reservation in Redis, so
// that a crash between the two repeats harmlessly.
import { readFileSync } from 'node:fs';
import { loadBudgetScripts, openRecordSchema, orphanedUsage, type RedisKeys, type UsageEvent } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { DeadLetter } from '../db/ledger/dead-letters.ts';
import { counterAmount } from './counter-amount.ts';
import type { IngestItem, ParsedBatch } from './parse-batch.ts';

/** Leases that one round takes; a dead pod's thousands are ended in several. */
const MAX_LEASES_PER_ROUND = 200;
/** Keys of a reservation before its counters: lease, leases, epoch. */
const KEYS_BEFORE_COUNTERS = 3;
/** What the row says of its end. */
const LEASE_EXPIRED = 'the lease expired: the pod did not end it';

export interface ReaperOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly cell: string;
  /** The stream that the rows are numbered in: this process', not the dead pod's. */
  readonly podId: string;
  readonly podStream: string;
  /** Resolves when the batch is committed. */
  readonly write: (batch: ParsedBatch) => Promise<void>;
}

interface ExpiredLease {
  readonly eventId: string;
  readonly event: UsageEvent | undefined;
  readonly rejected: DeadLetter | undefined;
  readonly counterKeys: readonly string[];
}

/** Builds a round: resolves to how many leases it ended. */
export function leaseReaper(options: ReaperOptions): () => Promise<number> {
  const { redis, keys, cell, podId, podStream, write } = options;
  const settle = `${readScript('refuse-renewed-lease')}\n${loadBudgetScripts().settleBudget}`;
  return async () => {
    const leases = await readExpiredLeases(redis, keys, cell);
    if (leases.length === 0) return 0;
    const items = leases.flatMap(({ event }): IngestItem[] => {
      if (event === undefined) return [];
      // The number in the entry is not used: the transaction gives the next one of this process' stream.
      return [{ podId, podStream, sequence: undefined, entry: { kind: 'usage', sequence: 1, event, sourceIp: null } }];
    });
    await write({ items, rejected: leases.flatMap(({ rejected }) => rejected ?? []) });
    let ended = 0;
    for (const lease of leases) {
      const amounts = lease.counterKeys.map((key) => (lease.event === undefined ? 0 : counterAmount(key, lease.event)));
      const lines = [keys.lease(lease.eventId), keys.leases, keys.positions, ...lease.counterKeys];
      // No pod stream and no sequence number: this is nobody's close record.
      const result = await redis.eval(settle, lines.length, ...lines, lease.eventId, '', 0, ...amounts);
      if (result !== -1) ended += 1;
    }
    return ended;
  };
}

async function readExpiredLeases(redis: Redis, keys: RedisKeys, cell: string): Promise<ExpiredLease[]> {
  const [seconds, micros] = await redis.time();
  const nowMs = Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  const eventIds = await redis.zrangebyscore(keys.leases, '-inf', nowMs, 'LIMIT', 0, MAX_LEASES_PER_ROUND);
  return Promise.all(
    eventIds.map(async (eventId) => {
      const fields = await redis.hmget(keys.lease(eventId), 'state', 'open', 'streamed', 'counters');
      return toExpiredLease(eventId, fields, cell);
    }),
  );
}

const counterKeysSchema = z.array(z.string());

function toExpiredLease(eventId: string, fields: readonly (string | null)[], cell: string): ExpiredLease {
  const [state, open, streamed, counters] = fields;
  const counterKeys = counterKeysOf(counters ?? null);
  // Ended since, or only remembered as closed: nothing to charge, just an entry to remove.
  if (state !== 'open' || open === null || open === undefined) {
    return { eventId, event: undefined, rejected: undefined, counterKeys };
  }
  const parsed = openRecordSchema.safeParse(jsonOf(open));
  if (!parsed.success || parsed.data.cell !== cell) {
    const problem = parsed.success ? 'an open record of another cell' : parsed.error.message;
    const rejected = { podId: null, podStream: null, sequence: null, eventId, problem, payload: JSON.stringify(open) };
    return { eventId, event: undefined, rejected, counterKeys };
  }
  return {
    eventId,
    event: orphanedUsage(
      { ...parsed.data, eventId: parsed.data.eventId.toLowerCase() },
      tokenCount(streamed ?? null),
      LEASE_EXPIRED,
    ),
    rejected: undefined,
    counterKeys,
  };
}

function counterKeysOf(counters: string | null): readonly string[] {
  const parsed = counterKeysSchema.safeParse(jsonOf(counters ?? '[]'));
  return parsed.success ? parsed.data.slice(KEYS_BEFORE_COUNTERS) : [];
}

function tokenCount(text: string | null): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
