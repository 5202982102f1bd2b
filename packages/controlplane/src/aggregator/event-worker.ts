// The consumer's side of the queue: a job is acknowledged when its events are committed, and never before.
import { EVENT_QUEUE } from '@secrouter/proto';
import { DelayedError, type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type LedgerWriter, WriterClosed } from '../usage/ledger-writer.ts';
import { parseBatch } from '../usage/parse-batch.ts';

/** Jobs held at once: enough to fill the next transaction while one runs. */
const CONCURRENCY = 40;
/** A killed aggregator's jobs are taken over after this, plus one look. */
const LOCK_MS = 10_000;
const STALLED_LOOK_MS = 5_000;
/** A job is never given up because its workers died: the default of 1 would park it as failed. */
const MAX_STALLED_COUNT = 1_000_000;
/** After a shutdown with the database away, the job is offered again at once. */
const REQUEUE_DELAY_MS = 100;

export interface EventWorkerOptions {
  readonly connection: Redis;
  readonly queuePrefix: string;
  readonly cell: string;
  readonly writer: LedgerWriter;
  readonly log: Logger;
}

/** Starts consuming; resolves to the worker once it is connected. */
export async function startEventWorker(options: EventWorkerOptions): Promise<Worker> {
  const { connection, queuePrefix, cell, writer, log } = options;
  const worker = new Worker(
    EVENT_QUEUE,
    async (job: Job, token?: string) => {
      try {
        await writer.write(parseBatch(job.data, cell));
      } catch (error) {
        if (!(error instanceof WriterClosed)) throw error;
        await job.moveToDelayed(Date.now() + REQUEUE_DELAY_MS, token);
        throw new DelayedError();
      }
    },
    {
      connection,
      prefix: queuePrefix,
      concurrency: CONCURRENCY,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_LOOK_MS,
      maxStalledCount: MAX_STALLED_COUNT,
      removeOnComplete: { age: 60, count: 1_000 },
    },
  );
  worker.on('error', (error) => log.warn({ reason: String(error) }, 'queue connection in trouble'));
  worker.on('failed', (job, error) => log.error({ jobId: job?.id, reason: String(error) }, 'batch not recorded'));
  await worker.waitUntilReady();
  return worker;
}
