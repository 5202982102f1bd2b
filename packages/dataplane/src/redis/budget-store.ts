// The budget counters and leases in Redis: reserve, extend, renew, settle, release, read. One script call each.
import { type BudgetScriptName, loadBudgetScripts, type RedisKeys } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { BudgetCounter } from './budget-counter.ts';
import { BudgetScript, type EncodedArguments, encoded } from './budget-script.ts';
import { isConnected } from './connect-redis.ts';
import { KnownCounters } from './known-counters.ts';
import { RedisBreaker, RedisUnavailable } from './redis-breaker.ts';

/** Leases of a pod that stopped renewing are reaped after this long. */
export const LEASE_TTL_MS = 600_000;

/** Amounts of one counter: fixed part and part per output token. */
export interface CounterAmount {
  readonly counter: BudgetCounter;
  readonly base: number;
  readonly perOutputToken: number;
}

export interface ReserveRequest {
  readonly eventId: string;
  readonly openRecordJson: string;
  readonly amounts: readonly CounterAmount[];
  readonly wantedOutputTokens: number;
  /** Fewer output tokens than this are not worth admitting. */
  readonly leastOutputTokens: number;
}

export type ReserveReply =
  | {
      readonly outcome: 'admitted';
      readonly grantedOutputTokens: number;
      readonly totals: readonly CounterTotal[];
      readonly redisNowMs: number;
    }
  | {
      readonly outcome: 'denied';
      readonly counter: BudgetCounter;
      readonly used: number;
      readonly reserved: number;
      readonly amount: number;
      /** Absent when waiting does not help. */
      readonly retryAfterMs?: number;
    }
  | { readonly outcome: 'moved'; readonly redisNowMs: number };

export interface CounterTotal {
  readonly counter: BudgetCounter;
  readonly total: number;
  readonly reserved: number;
  readonly nextReleaseMs?: number;
}

/** What is said of a counter with every reservation, as it travels. */
interface EncodedCounter {
  readonly key: string;
  readonly limit: string;
  readonly window: string;
}

const LEASE_TTL = encoded(LEASE_TTL_MS);
const NOTHING = encoded('');

/** Talks to one cell's counters over one connection. */
export class BudgetStore {
  readonly #redis: Redis;
  readonly #keys: RedisKeys;
  readonly #scripts: Readonly<Record<BudgetScriptName, BudgetScript>>;
  readonly #encoded = new WeakMap<BudgetCounter, EncodedCounter>();
  /** Keys that every call names. */
  readonly #fixed: Readonly<Record<'leases' | 'epoch' | 'positions', string>>;
  readonly breaker: RedisBreaker;
  readonly counters = new KnownCounters();
  #isGathering = false;

  constructor(redis: Redis, keys: RedisKeys, now: () => number) {
    this.#redis = redis;
    this.#keys = keys;
    const scripts = Object.entries(loadBudgetScripts()).map(([name, lua]) => [name, new BudgetScript(redis, lua)]);
    this.#scripts = Object.fromEntries(scripts) as Record<BudgetScriptName, BudgetScript>;
    const { leases, epoch, positions } = keys;
    this.#fixed = { leases: encoded(leases), epoch: encoded(epoch), positions: encoded(positions) };
    this.breaker = new RedisBreaker(now, () => isConnected(redis));
  }

  /** True while commands can be sent. */
  get isConnected(): boolean {
    return isConnected(this.#redis);
  }

  /** Admits all or names the tightest counter. Throws RedisUnavailable. */
  async reserve(request: ReserveRequest): Promise<ReserveReply> {
    const { amounts, eventId, openRecordJson, wantedOutputTokens, leastOutputTokens } = request;
    const keys = this.#leaseKey(eventId) + this.#fixed.leases + this.#fixed.epoch;
    const head = encoded(eventId) + LEASE_TTL + encoded(openRecordJson) + NOTHING;
    let counterKeys = '';
    let args = head + encoded(wantedOutputTokens) + encoded(leastOutputTokens);
    for (const { counter, base, perOutputToken } of amounts) {
      const { key, limit, window } = this.#encodedCounter(counter);
      counterKeys += key;
      args += limit + encoded(base) + encoded(perOutputToken) + window;
    }
    const count = 3 + amounts.length + 6 + 7 * amounts.length;
    const reply = await this.#run('reserveBudget', 3 + amounts.length, { count, text: keys + counterKeys + args });
    return readReserveReply(reply, amounts);
  }

  /** Adds output tokens to a running reservation: false when they do not fit. Throws RedisUnavailable. */
  async extend(eventId: string, amounts: readonly CounterAmount[], streamed: number, more: number): Promise<boolean> {
    const keys = this.#leaseKey(eventId) + this.#fixed.leases + this.#fixed.positions;
    let counterKeys = '';
    let args = encoded(eventId) + LEASE_TTL + encoded(streamed) + encoded(more);
    for (const { counter, perOutputToken } of amounts) {
      const { key, limit } = this.#encodedCounter(counter);
      counterKeys += key;
      args += limit + encoded(perOutputToken);
    }
    const count = 3 + amounts.length + 4 + 2 * amounts.length;
    const reply = await this.#run('extendBudget', 3 + amounts.length, { count, text: keys + counterKeys + args });
    return reply !== 0;
  }

  /** Keeps a lease alive and notes what was streamed. Throws RedisUnavailable. */
  async renew(eventId: string, streamedTokens: number): Promise<void> {
    const keys = this.#leaseKey(eventId) + this.#fixed.leases;
    const text = keys + encoded(eventId) + LEASE_TTL + encoded(streamedTokens);
    await this.#run('renewLease', 2, { count: 5, text });
  }

  /** Replaces what the lease holds by what was used; also moves this pod's stream position. Throws RedisUnavailable. */
  async settle(
    eventId: string,
    amounts: readonly CounterAmount[],
    used: readonly number[],
    position: { readonly podStream: string; readonly sequence: number },
  ): Promise<void> {
    const keys = this.#leaseKey(eventId) + this.#fixed.leases + this.#fixed.positions;
    let counterKeys = '';
    let args = encoded(eventId) + encoded(position.podStream) + encoded(position.sequence);
    for (const { counter } of amounts) counterKeys += this.#encodedCounter(counter).key;
    for (const amount of used) args += encoded(amount);
    const count = 3 + amounts.length + 3 + used.length;
    await this.#run('settleBudget', 3 + amounts.length, { count, text: keys + counterKeys + args });
  }

  /** Undoes a reservation whose outcome is unknown, now and should it arrive later. Throws RedisUnavailable. */
  async release(eventId: string, amounts: readonly CounterAmount[]): Promise<void> {
    const nothing = amounts.map(() => 0);
    await this.settle(eventId, amounts, nothing, { podStream: '', sequence: 0 });
  }

  /** What is used and reserved. Throws RedisUnavailable. */
  async read(counters: readonly BudgetCounter[]): Promise<readonly CounterTotal[]> {
    if (counters.length === 0) return [];
    const keys = counters.map((counter) => encoded(this.#keys.counter(counter.id)));
    const args = counters.map((counter) => encoded(counter.bucketMs) + encoded(counter.buckets));
    const text = keys.join('') + args.join('');
    const reply = await this.#run('readBudget', keys.length, { count: 3 * keys.length, text });
    const numbers = numberList(reply, 1);
    return counters.map((counter, index) => {
      const [total = 0, reserved = 0, release = 0] = numbers.slice(index * 3, index * 3 + 3);
      return { counter, total, reserved, ...(release > 0 ? { nextReleaseMs: release } : {}) };
    });
  }

  /**
   * Moves this pod's stream position without a lease. Numbers are noted in the order in which they are handed out, on the
   * connection that settles too, so none goes back. Throws RedisUnavailable.
   */
  async notePosition(podStream: string, sequence: number): Promise<void> {
    await this.breaker.run(() => this.#redis.hset(this.#keys.positions, podStream, sequence));
  }

  /** Forgets this pod's stream once all of it was delivered. */
  async dropPosition(podStream: string): Promise<void> {
    await this.breaker.run(() => this.#redis.hdel(this.#keys.positions, podStream));
  }

  /** Loads every script, so that the first request pays nothing for it. Throws RedisUnavailable. */
  async loadScripts(): Promise<void> {
    const scripts = Object.values(loadBudgetScripts());
    await this.breaker.run(() => Promise.all(scripts.map((lua) => this.#redis.script('LOAD', lua))));
  }

  #leaseKey(eventId: string): string {
    return encoded(this.#keys.lease(eventId));
  }

  #encodedCounter(counter: BudgetCounter): EncodedCounter {
    const known = this.#encoded.get(counter);
    if (known !== undefined) return known;
    const { id, limit, bucketMs, buckets, periodStartMs, periodEndMs } = counter;
    const window = [bucketMs, buckets, periodStartMs, periodEndMs].map(encoded).join('');
    const made = { key: encoded(this.#keys.counter(id)), limit: encoded(limit), window };
    this.#encoded.set(counter, made);
    return made;
  }

  #run(name: BudgetScriptName, keyCount: number, parts: EncodedArguments): Promise<unknown> {
    return this.breaker.run(() => {
      this.#gatherWrites();
      return this.#scripts[name].run(keyCount, parts);
    });
  }

  // The commands of one turn of the loop go out in one write: a system call costs more than a script's arguments.
  #gatherWrites(): void {
    const { stream } = this.#redis;
    if (this.#isGathering || stream === undefined) return;
    this.#isGathering = true;
    stream.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }
}

function readReserveReply(reply: unknown, amounts: readonly CounterAmount[]): ReserveReply {
  if (!Array.isArray(reply)) throw new RedisUnavailable('unexpected reply', true);
  const [outcome] = reply as unknown[];
  const numbers = numberList(reply, 1);
  const [redisNowMs = 0, second = 0, used = 0, reserved = 0, retryMs = 0, amount = 0] = numbers;
  if (outcome === 'moved') return { outcome, redisNowMs };
  if (outcome === 'denied') {
    const counter = amounts[second - 1]?.counter;
    if (counter === undefined) throw new RedisUnavailable('reply names no counter', true);
    return { outcome, counter, used, reserved, amount, ...(retryMs >= 0 ? { retryAfterMs: retryMs } : {}) };
  }
  if (outcome !== 'admitted') throw new RedisUnavailable(`reservation ${String(outcome)}`, true);
  const totals = amounts.map(({ counter }, index) => ({
    counter,
    total: numbers[2 + index * 2] ?? 0,
    reserved: numbers[3 + index * 2] ?? 0,
  }));
  return { outcome, grantedOutputTokens: second, totals, redisNowMs };
}

function numberList(reply: unknown, from: number): number[] {
  if (!Array.isArray(reply)) throw new RedisUnavailable('unexpected reply', true);
  return reply.slice(from).map(Number);
}
