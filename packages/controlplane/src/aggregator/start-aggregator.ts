// Composition root of the aggregator: queue -> ledger, roll-ups and audit log; leases of dead pods; checkpoints.
import { randomBytes } from 'node:crypto';
import { redisKeys, uuidV7 } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Logger } from 'pino';
import { ensurePartitions } from '../db/ledger/ensure-partitions.ts';
import { openPool } from '../db/open-pool.ts';
import { LedgerWriter } from '../usage/ledger-writer.ts';
import { leaseReaper } from '../usage/reap-leases.ts';
import { type LaggingStream, positionTidier } from '../usage/tidy-positions.ts';
import { type CheckpointerOptions, checkpointOnce, checkpointRounds } from './checkpointer.ts';
import type { AggregatorConfig } from './config.ts';
import { startEventWorker } from './event-worker.ts';
import { type Repeating, repeat } from './repeat.ts';

const PARTITION_INTERVAL_MS = 24 * 60 * 60 * 1_000;
const TIDY_INTERVAL_MS = 15_000;
const FIRST_CONNECT_RETRY_MS = 500;
const POOL_SIZE = 4;
/** Time that batches in progress get on shutdown; what is not committed then goes back to the queue. */
const DRAIN_MS = 5_000;

/** Bounds of the steps after it, for a database that hangs. The supervisor gives the whole system 20 s. */
const LAST_CHECKPOINT_MS = 3_000;
const POOL_END_MS = 1_000;

export interface Aggregator {
  close(): Promise<void>;
}

/** Starts everything, waiting for PostgreSQL as long as it takes; rejects when `signal` aborts meanwhile. */
export async function startAggregator(config: AggregatorConfig, log: Logger, signal: AbortSignal): Promise<Aggregator> {
  const { cell, podId } = config;
  const keys = redisKeys(cell, config.redisPrefix);
  const pool = openPool({ databaseUrl: config.databaseUrl, name: podId, size: POOL_SIZE }, log);
  const redis = openRedis(config.redisUrl, log);
  const queueRedis = openRedis(config.queueRedisUrl, log);
  await waitForDatabase(pool, log, signal);

  const writer = new LedgerWriter({ pool, cell, log });
  const podStream = uuidV7(Date.now(), randomBytes(10));
  const reap = leaseReaper({ redis, keys, cell, podId, podStream, write: (batch) => writer.write(batch) });
  const tidy = positionTidier({ pool, redis, keys, cell }, Date.now);
  const worker = await startEventWorker({ connection: queueRedis, queuePrefix: keys.queuePrefix, cell, writer, log });
  const checkpointing = { ...config, pool, log };
  const repeating = [
    repeat(checkpointRounds(checkpointing, Date.now), config.checkpointIntervalMs),
    repeat(reportingRounds(reap, log), config.reapIntervalMs),
    repeat(tidyRounds(tidy, log), TIDY_INTERVAL_MS),
    repeat(partitionRounds(pool, log), PARTITION_INTERVAL_MS),
  ];
  return {
    // Stop taking jobs -> let what runs commit -> hand back the rest -> last checkpoint -> close connections.
    async close() {
      const workerClosed = worker.close();
      const giveUp = setTimeout(() => writer.close(), DRAIN_MS);
      await workerClosed;
      clearTimeout(giveUp);
      writer.close();
      await atMost(LAST_CHECKPOINT_MS, endRounds(repeating, checkpointing));
      for (const connection of [redis, queueRedis]) connection.disconnect();
      await atMost(POOL_END_MS, pool.end());
    },
  };
}

async function endRounds(repeating: readonly Repeating[], checkpointing: CheckpointerOptions): Promise<void> {
  await Promise.all(repeating.map((task) => task.close()));
  await checkpointOnce(checkpointing).catch((error: unknown) => {
    checkpointing.log.warn({ reason: String(error) }, 'no last checkpoint');
  });
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}

function openRedis(url: string, log: Logger): Redis {
  // Workers of the queue wait for Redis instead of failing.
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', (error) => log.warn({ reason: String(error) }, 'Redis in trouble'));
  return redis;
}

async function waitForDatabase(pool: pg.Pool, log: Logger, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await ensurePartitions(pool);
      return;
    } catch (error) {
      log.warn({ reason: String(error) }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, FIRST_CONNECT_RETRY_MS));
    }
  }
}

function reportingRounds(reap: () => Promise<number>, log: Logger): () => Promise<void> {
  return async () => {
    try {
      const ended = await reap();
      if (ended > 0) log.warn({ leases: ended }, 'leases of dead pods ended and charged');
    } catch (error) {
      log.warn({ reason: String(error) }, 'leases not examined');
    }
  };
}

function tidyRounds(tidy: () => Promise<readonly LaggingStream[]>, log: Logger): () => Promise<void> {
  return async () => {
    try {
      for (const stream of await tidy()) log.error({ ...stream }, 'events of a pod have not arrived');
    } catch (error) {
      log.warn({ reason: String(error) }, 'positions not examined');
    }
  };
}

function partitionRounds(pool: pg.Pool, log: Logger): () => Promise<void> {
  return async () => {
    try {
      const made = await ensurePartitions(pool);
      if (made > 0) log.info({ made }, 'partitions made');
    } catch (error) {
      log.error({ reason: String(error) }, 'partitions of the coming months not made');
    }
  };
}
