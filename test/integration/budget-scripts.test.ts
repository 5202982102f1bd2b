// The budget scripts on a real Redis, through the store that pods use: no overspending, no leak, no wrong advice.

import { type BudgetCounter, BudgetStore, type CounterAmount, type ReserveReply } from '@secrouter/dataplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import type { BudgetDimension } from '@secrouter/proto';
import { redisKeys } from '@secrouter/proto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const MINUTE = { bucketMs: 1_000, buckets: 60 };
const DAY = { bucketMs: 900_000, buckets: 96 };
const NO_POSITION = { podStream: '', sequence: 0 };
const keys = redisKeys('t', 'budget-test');

let server: RunningStore;
let redis: Redis;
let store: BudgetStore;
let lastId = 0;

beforeAll(async () => {
  server = await startRedis({ isDurable: false });
  redis = new Redis(server.url);
  store = await openStore();
});
afterAll(async () => {
  redis?.disconnect();
  await server?.close();
});
beforeEach(() => redis.flushall());

async function openStore(): Promise<BudgetStore> {
  const connection = new Redis(server.url);
  await new Promise((resolve) => connection.once('ready', resolve));
  const opened = new BudgetStore(connection, keys, Date.now);
  await opened.loadScripts();
  return opened;
}

function newId(): string {
  lastId += 1;
  return `event-${lastId}`;
}

function rolling(limit: number, window: { bucketMs: number; buckets: number } = DAY, name = 'pot'): BudgetCounter {
  return { ...plain(`${name}|totalTokens|${window.bucketMs}`, limit), ...window };
}

function calendar(limit: number, periodStartMs: number, periodEndMs: number): BudgetCounter {
  return { ...plain(`pot|totalTokens|month@UTC|${periodStartMs}`, limit), bucketMs: -1, periodStartMs, periodEndMs };
}

function concurrency(limit: number): BudgetCounter {
  return { ...plain('user/u|concurrency', limit), dimension: 'concurrency' };
}

function plain(id: string, limit: number): BudgetCounter {
  const dimension: BudgetDimension = 'totalTokens';
  return { id, budget: undefined, dimension, limit, bucketMs: 0, buckets: 0, periodStartMs: 0, periodEndMs: 0 };
}

function amount(counter: BudgetCounter, base: number, perOutputToken = 0): CounterAmount {
  return { counter, base, perOutputToken };
}

function reserve(
  eventId: string,
  amounts: readonly CounterAmount[],
  tokens: { wanted?: number; least?: number } = {},
  from = store,
): Promise<ReserveReply> {
  return from.reserve({
    eventId,
    openRecordJson: '{}',
    amounts,
    wantedOutputTokens: tokens.wanted ?? 0,
    leastOutputTokens: tokens.least ?? 0,
  });
}

async function totalsOf(counter: BudgetCounter): Promise<{ total: number; reserved: number }> {
  const [read] = await store.read([counter]);
  return { total: read?.total ?? Number.NaN, reserved: read?.reserved ?? Number.NaN };
}

/** Redis' own time. */
async function nowMs(): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** Writes a counter as it would lie there after amounts were settled so many buckets ago. */
async function seed(
  counter: BudgetCounter,
  amounts: readonly { bucketsAgo: number; used: number; reserved?: number }[],
) {
  const current = Math.floor((await nowMs()) / counter.bucketMs);
  const fields: Record<string, number> = { oldest: current - Math.max(...amounts.map(({ bucketsAgo }) => bucketsAgo)) };
  fields.total = amounts.reduce((sum, { used, reserved = 0 }) => sum + used + reserved, 0);
  fields.reserved = amounts.reduce((sum, { reserved = 0 }) => sum + reserved, 0);
  for (const { bucketsAgo, used, reserved = 0 } of amounts) {
    fields[String(current - bucketsAgo)] = used + reserved;
    if (reserved > 0) fields[`r${current - bucketsAgo}`] = reserved;
  }
  await redis.hset(keys.counter(counter.id), fields);
  return current;
}

describe('I2 a hard budget', () => {
  test('is never exceeded by 64 reservations at once over four connections', async () => {
    const counters = [rolling(1_000), rolling(5_000, MINUTE, 'group')];
    const stores = await Promise.all([openStore(), openStore(), openStore(), openStore()]);
    const seen: number[] = [];

    const replies = await Promise.all(
      Array.from({ length: 64 }, async (_, index) => {
        const from = stores[index % 4] ?? store;
        const reply = await reserve(
          newId(),
          counters.map((counter) => amount(counter, 10, 1)),
          { wanted: 40, least: 40 },
          from,
        );
        seen.push((await totalsOf(counters[0] as BudgetCounter)).total);
        return reply;
      }),
    );

    expect(Math.max(...seen)).toBe(1_000);
    expect(replies.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(20);
    expect(await totalsOf(counters[1] as BudgetCounter)).toEqual({ total: 1_000, reserved: 1_000 });
  });

  test('counts amounts of 15 and 16 digits exactly', async () => {
    const limit = 9_000_000_000_000_000;
    const counter = rolling(limit);
    const id = newId();

    const reply = await reserve(id, [amount(counter, 1_234_567_890_123_457, 7_777_777)], { wanted: 1e9, least: 1 });
    const granted = reply.outcome === 'admitted' ? reply.grantedOutputTokens : 0;

    expect(granted).toBe(Math.floor((limit - 1_234_567_890_123_457) / 7_777_777));
    expect((await totalsOf(counter)).total).toBe(1_234_567_890_123_457 + granted * 7_777_777);
    await store.settle(id, [amount(counter, 0)], [1_000_000_000_000_001], NO_POSITION);
    expect(await totalsOf(counter)).toEqual({ total: 1_000_000_000_000_001, reserved: 0 });
  });

  test('never grants a token more than fits, where the division of large numbers rounds up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9_000_000_000_000_000 }),
        fc.integer({ min: 1, max: 10_000_000 }),
        async (limit, perToken) => {
          await redis.flushall();
          const reply = await reserve(newId(), [amount(rolling(limit), 0, perToken)], { wanted: 1e9, least: 0 });

          const granted = reply.outcome === 'admitted' ? BigInt(reply.grantedOutputTokens) : -1n;
          const most = BigInt(limit) / BigInt(perToken);
          expect(granted).toBe(most > 1_000_000_000n ? 1_000_000_000n : most);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('takes 32 counters in one call, all of them or none', async () => {
    const counters = Array.from({ length: 32 }, (_, index) => rolling(100, index % 2 ? MINUTE : DAY, `pot-${index}`));
    const tight = { ...(counters[31] as BudgetCounter), limit: 5 };

    const denied = await reserve(
      newId(),
      [...counters.slice(0, 31), tight].map((counter) => amount(counter, 10)),
    );
    const untouched = await store.read(counters);
    const admitted = await reserve(
      newId(),
      counters.map((counter) => amount(counter, 10)),
    );

    expect(denied).toMatchObject({ outcome: 'denied', counter: tight });
    expect(untouched.every(({ total, reserved }) => total === 0 && reserved === 0)).toBe(true);
    expect(admitted.outcome).toBe('admitted');
    expect((await store.read(counters)).map(({ total }) => total)).toEqual(Array.from({ length: 32 }, () => 10));
  });
});

describe('I4 reserve, settle, extend and release', () => {
  interface Modelled {
    state: 'none' | 'open' | 'closed';
    held: number;
  }
  const ids = ['a', 'b', 'c', 'd'] as const;
  const operation = fc.record({
    kind: fc.constantFrom('reserve', 'reserve', 'settle', 'release', 'extend'),
    id: fc.constantFrom(...ids),
    tokens: fc.integer({ min: 0, max: 60 }),
  });

  test('keep the books of a simple model in any order and with any repeats', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        await redis.flushall();
        const model = new Map<string, Modelled>(ids.map((id) => [id, { state: 'none', held: 0 }]));
        const counters = [rolling(200), calendar(200, 0, 9e15), concurrency(3)];
        const amounts = [amount(rolling(200), 5, 1), amount(calendar(200, 0, 9e15), 5, 1), amount(concurrency(3), 1)];
        let settled = 0;
        const open = () => [...model.values()].filter(({ state }) => state === 'open');
        const total = () => settled + open().reduce((sum, { held }) => sum + held, 0);

        for (const { kind, id, tokens } of operations) {
          const entry = model.get(id) as Modelled;
          if (kind === 'reserve') {
            const reply = await reserve(id, amounts, { wanted: tokens, least: tokens }).catch(() => undefined);
            if (entry.state === 'closed') expect(reply).toBeUndefined();
            else if (entry.state === 'none' && (total() + 5 + tokens > 200 || open().length >= 3)) {
              expect(reply?.outcome).toBe('denied');
            } else {
              expect(reply?.outcome).toBe('admitted');
              if (entry.state === 'none') Object.assign(entry, { state: 'open', held: 5 + tokens });
            }
          } else if (kind === 'extend') {
            const fits = entry.state === 'open' && total() + tokens <= 200;
            const isExtended = await store.extend(id, amounts, tokens, tokens);
            if (entry.state === 'open') expect(isExtended).toBe(fits);
            if (fits) entry.held += tokens;
          } else {
            const used = kind === 'settle' ? tokens : 0;
            if (kind === 'settle') await store.settle(id, amounts, [used, used, 0], NO_POSITION);
            else await store.release(id, amounts);
            if (entry.state === 'open') settled += used;
            Object.assign(entry, { state: 'closed', held: 0 });
          }
          const reserved = total() - settled;
          const read = (await store.read(counters)).map((row) => [row.total, row.reserved]);
          expect(read).toEqual([
            [total(), reserved],
            [total(), reserved],
            [open().length, 0],
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a repeat of a reservation returns the first grant and holds nothing twice', async () => {
    const counter = rolling(100);
    const id = newId();
    const first = await reserve(id, [amount(counter, 10, 1)], { wanted: 200, least: 1 });

    const again = await reserve(id, [amount(counter, 10, 1)], { wanted: 200, least: 1 });

    expect(first).toMatchObject({ outcome: 'admitted', grantedOutputTokens: 90 });
    expect(again).toMatchObject({ outcome: 'admitted', grantedOutputTokens: 90 });
    expect(await totalsOf(counter)).toEqual({ total: 100, reserved: 100 });
  });

  test('a reservation that arrives after its settlement or release changes nothing', async () => {
    const counter = rolling(100);
    const [settled, released] = [newId(), newId()];
    await reserve(settled, [amount(counter, 10)]);
    await store.settle(settled, [amount(counter, 10)], [7], NO_POSITION);
    await store.release(released, [amount(counter, 10)]);

    await expect(reserve(settled, [amount(counter, 10)])).rejects.toThrow('reservation closed');
    await expect(reserve(released, [amount(counter, 10)])).rejects.toThrow('reservation closed');

    expect(await totalsOf(counter)).toEqual({ total: 7, reserved: 0 });
    expect(await redis.zcard(keys.leases)).toBe(0);
  });

  test('a closed id is forgotten again', async () => {
    const id = newId();
    await reserve(id, [amount(rolling(100), 10)]);
    await store.settle(id, [amount(rolling(100), 10)], [7], NO_POSITION);

    expect(await redis.pttl(keys.lease(id))).toBeGreaterThan(0);
    expect(await redis.hkeys(keys.lease(id))).toEqual(['state']);
  });

  test('a settlement moves the stream position forward only', async () => {
    await store.settle(newId(), [], [], { podStream: 's', sequence: 9 });
    await store.settle(newId(), [], [], { podStream: 's', sequence: 8 });

    expect(await redis.hget(keys.positions, 's')).toBe('9');
  });
});

describe('I5 a denial', () => {
  test('changes no counter and no lease', async () => {
    const counters = [rolling(100), rolling(20, MINUTE), rolling(1_000, DAY, 'group')];
    await reserve(
      newId(),
      counters.map((counter) => amount(counter, 15)),
    );
    const before = await store.read(counters);
    const id = newId();

    const reply = await reserve(
      id,
      counters.map((counter) => amount(counter, 15)),
    );

    expect(reply.outcome).toBe('denied');
    expect(await store.read(counters)).toEqual(before);
    expect(await redis.exists(keys.lease(id))).toBe(0);
    expect(await redis.zcard(keys.leases)).toBe(1);
  });

  test('says 2 s when only other reservations stand in the way', async () => {
    const counter = rolling(100);
    await reserve(newId(), [amount(counter, 90)]);

    const reply = await reserve(newId(), [amount(counter, 20)]);

    expect(reply).toMatchObject({ outcome: 'denied', used: 0, reserved: 90, amount: 20, retryAfterMs: 2_000 });
  });

  test('never names a time when the amount is above the limit', async () => {
    const reply = await reserve(newId(), [amount(rolling(100), 101)]);

    expect(reply.outcome).toBe('denied');
    expect(reply).not.toHaveProperty('retryAfterMs');
  });

  test('says when enough of the window has left, and then the amount fits', async () => {
    const counter = rolling(100, MINUTE);
    await seed(counter, [
      { bucketsAgo: 60, used: 30 },
      { bucketsAgo: 20, used: 60 },
    ]);

    const denied = await reserve(newId(), [amount(counter, 35)]);
    const waitMs = denied.outcome === 'denied' ? (denied.retryAfterMs ?? -1) : -1;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const admitted = await reserve(newId(), [amount(counter, 35)]);

    expect(denied).toMatchObject({ outcome: 'denied', used: 90, reserved: 0 });
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(1_000);
    expect(admitted.outcome).toBe('admitted');
  });

  test('names the budget that refuses longest, so that its time is enough for all', async () => {
    const [minute, day] = [rolling(100, MINUTE), rolling(100, DAY)];
    await seed(minute, [{ bucketsAgo: 1, used: 100 }]);
    await seed(day, [{ bucketsAgo: 2, used: 100 }]);

    const reply = await reserve(newId(), [amount(minute, 10), amount(day, 10)]);
    const never = await reserve(newId(), [amount(day, 10), amount(rolling(5, MINUTE, 'small'), 10)]);

    expect(reply).toMatchObject({ outcome: 'denied', counter: day });
    expect(reply.outcome === 'denied' && reply.retryAfterMs).toBeGreaterThan(93 * 900_000);
    expect(never).toMatchObject({ outcome: 'denied', counter: { limit: 5 } });
    expect(never).not.toHaveProperty('retryAfterMs');
  });

  test('does not count what an endless stream reserved in a window that has passed', async () => {
    const counter = rolling(100, MINUTE);
    await seed(counter, [
      { bucketsAgo: 70, used: 0, reserved: 80 },
      { bucketsAgo: 5, used: 90 },
    ]);

    const reply = await reserve(newId(), [amount(counter, 20)]);

    expect(reply).toMatchObject({ outcome: 'denied', used: 90, reserved: 0 });
    expect(reply.outcome === 'denied' && reply.retryAfterMs).toBeGreaterThan(50_000);
  });
});

describe('I7 what was reserved and not used', () => {
  test('is free again as soon as the answer is settled', async () => {
    const counter = rolling(100);
    const id = newId();
    await reserve(id, [amount(counter, 100)]);
    await store.settle(id, [amount(counter, 100)], [1], NO_POSITION);

    expect(await reserve(newId(), [amount(counter, 99)])).toMatchObject({ outcome: 'admitted' });
  });

  test('an answer above its bound is charged in full', async () => {
    const counter = rolling(100);
    const id = newId();
    await reserve(id, [amount(counter, 10)]);
    await store.settle(id, [amount(counter, 10)], [150], NO_POSITION);

    expect(await totalsOf(counter)).toEqual({ total: 150, reserved: 0 });
  });
});

describe('fit before refusing', () => {
  test('grants what fits of the output, down to what is worth it', async () => {
    const counter = rolling(1_000);
    const cost = amount(counter, 100, 2);

    const fitted = await reserve(newId(), [cost], { wanted: 5_000, least: 256 });
    const full = await reserve(newId(), [cost], { wanted: 5_000, least: 256 });

    expect(fitted).toMatchObject({ outcome: 'admitted', grantedOutputTokens: 450 });
    expect(full).toMatchObject({ outcome: 'denied', amount: 612, retryAfterMs: 2_000 });
  });

  test('lets through what needs no output at the exact limit', async () => {
    const counter = rolling(100);

    expect(await reserve(newId(), [amount(counter, 100)])).toMatchObject({ outcome: 'admitted' });
    expect(await reserve(newId(), [amount(counter, 0)])).toMatchObject({ outcome: 'admitted' });
    expect(await reserve(newId(), [amount(counter, 1)])).toMatchObject({ outcome: 'denied' });
  });
});

describe('calendar periods', () => {
  test('a pod in another period is told the time of Redis', async () => {
    const now = await nowMs();
    const over = calendar(100, now - 10_000, now - 1);

    const reply = await reserve(newId(), [amount(rolling(100), 1), amount(over, 1)]);

    expect(reply.outcome).toBe('moved');
    expect(reply.outcome === 'moved' && Math.abs(reply.redisNowMs - now)).toBeLessThan(5_000);
    expect(await totalsOf(rolling(100))).toEqual({ total: 0, reserved: 0 });
  });

  test('a full period says when it ends, and a request that outlives it settles in its own', async () => {
    const now = await nowMs();
    const period = calendar(100, now - 10_000, now + 500_000);
    const id = newId();
    await reserve(id, [amount(period, 80)]);
    await store.settle(id, [amount(period, 80)], [100], NO_POSITION);

    const reply = await reserve(newId(), [amount(period, 1)]);

    expect(reply).toMatchObject({ outcome: 'denied', used: 100, reserved: 0 });
    expect(reply.outcome === 'denied' && reply.retryAfterMs).toBeGreaterThan(490_000);
    expect(await redis.pttl(keys.counter(period.id))).toBeGreaterThan(500_000);
  });
});

describe('concurrency', () => {
  test('counts running requests, whatever they cost', async () => {
    const counter = concurrency(2);
    const [first, second] = [newId(), newId()];
    await reserve(first, [amount(counter, 1)]);
    await reserve(second, [amount(counter, 1)]);

    const third = await reserve(newId(), [amount(counter, 1)]);
    await store.settle(first, [amount(counter, 1)], [0], NO_POSITION);
    await store.settle(first, [amount(counter, 1)], [0], NO_POSITION);
    const fourth = await reserve(newId(), [amount(counter, 1)]);
    const fifth = await reserve(newId(), [amount(counter, 1)]);

    expect([third.outcome, fourth.outcome, fifth.outcome]).toEqual(['denied', 'admitted', 'denied']);
  });

  test('does not forget a stream that runs for an hour', async () => {
    await reserve(newId(), [amount(concurrency(2), 1)]);

    expect(await redis.pttl(keys.counter(concurrency(2).id))).toBeGreaterThan(2 * 3_600_000);
  });
});

describe('a running stream', () => {
  test('grows its reservation only while all of its counters have room', async () => {
    const [small, large] = [rolling(100, MINUTE), rolling(1_000)];
    const amounts = [amount(large, 10, 1), amount(small, 10, 1)];
    const id = newId();
    await reserve(id, amounts, { wanted: 40, least: 1 });

    const grown = await store.extend(id, amounts, 40, 50);
    const refused = await store.extend(id, amounts, 80, 1);

    expect([grown, refused]).toEqual([true, false]);
    expect(await totalsOf(large)).toEqual({ total: 100, reserved: 100 });
    await store.settle(id, amounts, [95, 95], NO_POSITION);
    expect(await totalsOf(large)).toEqual({ total: 95, reserved: 0 });
  });

  test('is not ended by a counter that its output does not draw on', async () => {
    const [requests, tokens] = [rolling(10, MINUTE, 'requests'), rolling(1_000)];
    const id = newId();
    await reserve(id, [amount(requests, 10), amount(tokens, 10, 1)], { wanted: 40, least: 1 });
    const lowered = { ...requests, limit: 1 };

    expect(await store.extend(id, [amount(lowered, 10), amount(tokens, 10, 1)], 40, 50)).toBe(true);
  });

  test('leaves its window with its reservation, also when the counter was made anew meanwhile', async () => {
    const counter = rolling(100, MINUTE);
    const id = newId();
    await reserve(id, [amount(counter, 50, 1)], { wanted: 10, least: 1 });
    await redis.del(keys.counter(counter.id)); // idle for more than a window: Redis has expired it
    await seed(counter, [{ bucketsAgo: 0, used: 5 }]);
    await redis.hset(keys.lease(id), 'held', `60:${Math.floor((await nowMs()) / 1_000) - 90}:1000:60`);

    await store.extend(id, [amount(counter, 50, 1)], 10, 20);
    await store.settle(id, [amount(counter, 50, 1)], [70], NO_POSITION);

    expect(await totalsOf(counter)).toEqual({ total: 5, reserved: 0 });
  });

  test('settles to nothing when its counter has expired', async () => {
    const counter = rolling(100, MINUTE);
    const id = newId();
    await reserve(id, [amount(counter, 50)]);
    await redis.del(keys.counter(counter.id));

    await store.settle(id, [amount(counter, 50)], [70], NO_POSITION);

    expect(await redis.exists(keys.counter(counter.id))).toBe(0);
  });

  test('keeps its lease alive by renewing, and not after its end', async () => {
    const id = newId();
    await reserve(id, [amount(rolling(100), 10)]);
    await redis.zadd(keys.leases, 1, id);

    await store.renew(id, 77);
    const [expiry, streamed] = [
      Number(await redis.zscore(keys.leases, id)),
      await redis.hget(keys.lease(id), 'streamed'),
    ];
    await store.settle(id, [amount(rolling(100), 10)], [10], NO_POSITION);
    await store.renew(id, 78);

    expect(expiry).toBeGreaterThan((await nowMs()) + 590_000);
    expect(streamed).toBe('77');
    expect(await redis.zscore(keys.leases, id)).toBeNull();
    expect(await store.extend(id, [amount(rolling(100), 10)], 0, 1)).toBe(true);
    expect(await totalsOf(rolling(100))).toEqual({ total: 10, reserved: 0 });
  });
});

describe('the window', () => {
  test('rolls after an idle gap and keeps a time to live', async () => {
    const counter = rolling(100, MINUTE);
    await seed(counter, [
      { bucketsAgo: 150, used: 40 },
      { bucketsAgo: 100, used: 30, reserved: 5 },
      { bucketsAgo: 60, used: 20 },
      { bucketsAgo: 3, used: 1 },
    ]);
    await redis.pexpire(keys.counter(counter.id), 60_000);

    const read = await totalsOf(counter);
    const reply = await reserve(newId(), [amount(counter, 1)]);

    // The bucket of 60 s ago is still partly inside the window; a second later it has left.
    expect([
      { total: 21, reserved: 0 },
      { total: 1, reserved: 0 },
    ]).toContainEqual(read);
    expect(reply.outcome).toBe('admitted');
    expect(await redis.pttl(keys.counter(counter.id))).toBeGreaterThan(55_000);
    expect((await redis.hkeys(keys.counter(counter.id))).length).toBeLessThanOrEqual(7);
  });

  test('says when the oldest part leaves', async () => {
    const counter = rolling(100);
    const current = await seed(counter, [{ bucketsAgo: 10, used: 40 }]);

    const [read] = await store.read([counter]);

    expect(read?.nextReleaseMs).toBe((current - 10 + 96 + 1) * 900_000);
  });

  test('F40 a clock that steps back leaves nothing behind that no roll ever takes out', async () => {
    const counter = rolling(100, MINUTE);
    const ahead = await seed(counter, [{ bucketsAgo: -200, used: 40 }]);

    const reply = await reserve(newId(), [amount(counter, 10)]);
    const full = await reserve(newId(), [amount(counter, 60)]);
    const fields = (await redis.hkeys(keys.counter(counter.id))).filter((field) => /^\d+$/.test(field)).map(Number);

    expect(reply.outcome).toBe('admitted');
    expect(Math.min(...fields)).toBeGreaterThanOrEqual(ahead + 200);
    expect(full.outcome === 'denied' && (full.retryAfterMs ?? 0)).toBeGreaterThan(0);
  });
});

describe('keys', () => {
  test('of one call share a slot of a cluster, whatever the principal is called', async () => {
    const odd = rolling(100, DAY, 'user/{evil}}{|x');
    const names = [keys.lease('e'), keys.leases, keys.epoch, keys.positions, keys.counter(odd.id)];

    const slots = await Promise.all(
      names.map((name) => redis.call('CLUSTER', 'KEYSLOT', name).catch(() => name.match(/\{(.*?)\}/)?.[1])),
    );

    expect(new Set(slots).size).toBe(1);
    expect((await reserve(newId(), [amount(odd, 1)])).outcome).toBe('admitted');
  });

  test('F17 a Redis that is full refuses reservations whole and still settles', async () => {
    const counter = rolling(100);
    const id = newId();
    await reserve(id, [amount(counter, 50)]);
    await redis.config('SET', 'maxmemory', '1');
    try {
      await expect(reserve(newId(), [amount(counter, 10)])).rejects.toThrow();
      await store.settle(id, [amount(counter, 50)], [20], { podStream: 's', sequence: 1 });
    } finally {
      await redis.config('SET', 'maxmemory', '0');
    }

    expect(await totalsOf(counter)).toEqual({ total: 20, reserved: 0 });
    expect(await redis.zcard(keys.leases)).toBe(0);
  });
});
