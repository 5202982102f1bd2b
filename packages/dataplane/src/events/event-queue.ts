// The producer's side of the queue. With Redis down an add fails at once instead of hanging: the spool keeps the events.
import { EVENT_JOB, EVENT_QUEUE, type EventBatch } from '@secrouter/proto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

const KEEP_COMPLETED_SECONDS = 60;
/** A batch is tried until it succeeds; the aggregator parks a poison event itself. */
const JOB_ATTEMPTS = 1_000_000;

/** Opens the queue of one cell over an existing connection. */
export function openEventQueue(connection: Redis, prefix: string) {
  const queue = new Queue<EventBatch>(EVENT_QUEUE, {
    connection,
    prefix,
    skipWaitingForReady: true,
    defaultJobOptions: {
      attempts: JOB_ATTEMPTS,
      backoff: { type: 'fixed', delay: 500 },
      removeOnComplete: { age: KEEP_COMPLETED_SECONDS, count: 1_000 },
    },
  });
  queue.on('error', () => undefined); // the connection's own listener reports it
  return {
    async send(batch: EventBatch): Promise<void> {
      const first = batch.entries[0];
      await queue.add(EVENT_JOB, batch, { jobId: `${batch.podStream}-${first?.sequence ?? 0}` });
    },
    close: () => queue.close(),
  };
}
