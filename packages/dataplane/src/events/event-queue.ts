// The producer's side of the queue. With Redis down a send fails at once instead of hanging: the spool keeps the events.
import { EVENT_JOB, EVENT_QUEUE, type EventBatch } from '@secrouter/proto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

const KEEP_COMPLETED_SECONDS = 60;
const KEEP_COMPLETED_COUNT = 1_000;
/** A batch is tried until it succeeds; the aggregator parks a poison event itself. */
const JOB_ATTEMPTS = 1_000_000;
const JOB_RETRY_MS = 500;
/** A send that takes longer has an unknown outcome; it is repeated, and the ledger drops what came twice. */
const SEND_TIMEOUT_MS = 5_000;

/** Sends batches to the queue of one cell. */
export class EventQueue {
  readonly #connection: Redis;
  readonly #prefix: string;
  #queue: Queue<EventBatch> | undefined;

  constructor(connection: Redis, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /** Hands a batch to the queue; resolves once it has it. Rejects at once while Redis is not connected. */
  readonly send = async (batch: EventBatch): Promise<void> => {
    if (this.#connection.status !== 'ready') throw new Error('not connected');
    // Made only on a ready connection: a queue whose first commands fail answers nothing ever after (BullMQ 6.7).
    this.#queue ??= this.#open();
    const { entries, podStream } = batch;
    // Both ends are in the id: a repeat that carries more than the first try must not be taken for the same job.
    const jobId = `${podStream}-${entries[0]?.sequence ?? 0}-${entries.at(-1)?.sequence ?? 0}`;
    try {
      await withinTime(this.#queue.add(EVENT_JOB, batch, { jobId }), SEND_TIMEOUT_MS);
    } catch (error) {
      this.#drop();
      throw error;
    }
  };

  /** Lets go of the queue; the connection belongs to whoever opened it. */
  async close(): Promise<void> {
    await this.#queue?.close();
  }

  #open(): Queue<EventBatch> {
    const queue = new Queue<EventBatch>(EVENT_QUEUE, {
      connection: this.#connection,
      prefix: this.#prefix,
      skipWaitingForReady: true,
      defaultJobOptions: {
        attempts: JOB_ATTEMPTS,
        backoff: { type: 'fixed', delay: JOB_RETRY_MS },
        removeOnComplete: { age: KEEP_COMPLETED_SECONDS, count: KEEP_COMPLETED_COUNT },
      },
    });
    queue.on('error', () => undefined); // the connection's own listener reports it
    return queue;
  }

  #drop(): void {
    const queue = this.#queue;
    this.#queue = undefined;
    queue?.close().catch(() => undefined);
  }
}

function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
