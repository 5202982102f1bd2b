// The budget counters and leases in Redis: reserve, extend, renew, settle, release, read. One script call each.
import { type BudgetScriptName, loadBudgetScripts, type RedisKeys } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { BudgetCounter } from './budget-counter.ts';
import { isConnected } from './connect-redis.ts';
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

type ScriptCall = (...args: (string | number)[]) => Promise<unknown>;

/** Talks to one cell's counters over one connection. */
export class BudgetStore {
  readonly #redis: Redis & Record<BudgetScriptName, ScriptCall>;
  readonly #keys: RedisKeys;
  readonly breaker: RedisBreaker;
  #isGathering = false;

  constructor(redis: Redis, keys: RedisKeys, now: () => number) {
    for (const [name, lua] of Object.entries(loadBudgetScripts())) redis.defineCommand(name, { lua });
    this.#redis = redis as Redis & Record<BudgetScriptName, ScriptCall>;
    this.#keys = keys;
    this.breaker = new RedisBreaker(now, () => isConnected(redis));
  }

  /** True while commands can be sent. */
  get isConnected(): boolean {
    return isConnected(this.#redis);
  }

  /** Admits all or names the tightest counter. Throws RedisUnavailable. */
  async reserve(request: ReserveRequest): Promise<ReserveReply> {
    const { amounts, eventId } = request;
    const keys = [this.#keys.lease(eventId), this.#keys.leases, this.#keys.epoch, ...this.#counterKeys(amounts)];
    const args = amounts.flatMap(({ counter, base, perOutputToken }) => [
      counter.limit,
      base,
      perOutputToken,
      counter.bucketMs,
      counter.buckets,
      counter.periodStartMs,
      counter.periodEndMs,
    ]);
    const reply = await this.#run('reserveBudget', keys, [
      eventId,
      LEASE_TTL_MS,
      request.openRecordJson,
      '',
      request.wantedOutputTokens,
      request.leastOutputTokens,
      ...args,
    ]);
    return readReserveReply(reply, amounts);
  }

  /** Adds output tokens to a running reservation: false when they do not fit. Throws RedisUnavailable. */
  async extend(eventId: string, amounts: readonly CounterAmount[], streamed: number, more: number): Promise<boolean> {
    const keys = [this.#keys.lease(eventId), this.#keys.leases, this.#keys.positions, ...this.#counterKeys(amounts)];
    const args = amounts.flatMap(({ counter, perOutputToken }) => [counter.limit, perOutputToken]);
    const reply = await this.#run('extendBudget', keys, [eventId, LEASE_TTL_MS, streamed, more, ...args]);
    return reply !== 0;
  }

  /** Keeps a lease alive and notes what was streamed. Throws RedisUnavailable. */
  async renew(eventId: string, streamedTokens: number): Promise<void> {
    await this.#run(
      'renewLease',
      [this.#keys.lease(eventId), this.#keys.leases],
      [eventId, LEASE_TTL_MS, streamedTokens],
    );
  }

  /** Replaces what the lease holds by what was used; also moves this pod's stream position. Throws RedisUnavailable. */
  async settle(
    eventId: string,
    amounts: readonly CounterAmount[],
    used: readonly number[],
    position: { readonly podStream: string; readonly sequence: number },
  ): Promise<void> {
    const keys = [this.#keys.lease(eventId), this.#keys.leases, this.#keys.positions, ...this.#counterKeys(amounts)];
    await this.#run('settleBudget', keys, [eventId, position.podStream, position.sequence, ...used]);
  }

  /** Undoes a reservation whose outcome is unknown, now and should it arrive later. Throws RedisUnavailable. */
  async release(eventId: string, amounts: readonly CounterAmount[]): Promise<void> {
    const nothing = amounts.map(() => 0);
    await this.settle(eventId, amounts, nothing, { podStream: '', sequence: 0 });
  }

  /** What is used and reserved. Throws RedisUnavailable. */
  async read(counters: readonly BudgetCounter[]): Promise<readonly CounterTotal[]> {
    if (counters.length === 0) return [];
    const keys = counters.map((counter) => this.#keys.counter(counter.id));
    const reply = await this.#run(
      'readBudget',
      keys,
      counters.flatMap((counter) => [counter.bucketMs, counter.buckets]),
    );
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

  #counterKeys(amounts: readonly CounterAmount[]): string[] {
    return amounts.map(({ counter }) => this.#keys.counter(counter.id));
  }

  #run(name: BudgetScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.breaker.run(() => {
      this.#gatherWrites();
      return this.#redis[name](keys.length, ...keys, ...args);
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
