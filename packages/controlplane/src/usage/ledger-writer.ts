// Takes batches from many jobs and writes them together: what gathers while one transaction runs is the next one. The
// head's lock makes writers wait for one another anyway; this way they wait together.

import type { Pool } from 'pg';
import { classifyDatabaseError } from '../db/classify-database-error.ts';
import { type AfterStep, type IngestReport, ingestItems } from './ingest-items.ts';
import type { IngestItem, ParsedBatch } from './parse-batch.ts';
import { toStorable } from './storable-text.ts';

/** Bounds the time that one transaction holds the log's head. */
const MAX_ITEMS_PER_TRANSACTION = 2_000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** The writer was closed before this batch was written; whoever holds it offers it again. */
export class WriterClosed extends Error {}

/** What the writer needs of a logger. */
export interface WriterLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LedgerWriterOptions {
  readonly pool: Pool;
  readonly cell: string;
  readonly log: WriterLog;
  readonly afterStep?: AfterStep;
  /** Told of each transaction; for metrics and checkpoints. */
  readonly onWritten?: (report: IngestReport) => void;
}

interface Waiting {
  readonly batch: ParsedBatch;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One at a time, as long as the process lives. */
export class LedgerWriter {
  readonly #options: LedgerWriterOptions;
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #taken: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
  }

  /** Resolves once the batch is committed, however long the database is away; rejects with `WriterClosed` on close. */
  write(batch: ParsedBatch): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(new WriterClosed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  /**
   * Rejects at once what is not known to be committed, because a database that hangs must not hang the shutdown. The
   * transaction in progress may still commit; when its events are delivered again, they are duplicates.
   */
  close(): void {
    this.#closing.abort();
    for (const { reject } of [...this.#taken, ...this.#waiting.splice(0)]) reject(new WriterClosed());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closing.signal.aborted) {
      const taken = this.#take();
      this.#taken = taken;
      try {
        await this.#writeWithRetry(
          taken.flatMap(({ batch }) => batch.items),
          taken.flatMap(({ batch }) => batch.rejected),
        );
        for (const { resolve } of taken) resolve();
      } catch (error) {
        const problem = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of taken) reject(problem);
      }
    }
  }

  #take(): Waiting[] {
    let items = 0;
    let count = 0;
    for (const { batch } of this.#waiting) {
      if (count > 0 && items + batch.items.length > MAX_ITEMS_PER_TRANSACTION) break;
      items += batch.items.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeWithRetry(items: readonly IngestItem[], rejected: ParsedBatch['rejected']): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0, retryMs = FIRST_RETRY_MS; ; attempt += 1, retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      try {
        return await this.#writeOnce(items, rejected);
      } catch (error) {
        if (classifyDatabaseError(error) === 'data') return this.#isolatePoison(items, rejected, error);
        // The first failure may heal by itself; from the second on somebody should know.
        log[attempt === 1 ? 'error' : 'warn']({ attempt, reason: String(error) }, 'ledger not written, will try again');
        if (this.#closing.signal.aborted) throw new WriterClosed();
        await pause(retryMs, this.#closing.signal);
        if (this.#closing.signal.aborted) throw new WriterClosed();
      }
    }
  }

  async #writeOnce(items: readonly IngestItem[], rejected: ParsedBatch['rejected']): Promise<void> {
    const { pool, cell, log, afterStep, onWritten } = this.#options;
    const report = await ingestItems(pool, cell, items, rejected, afterStep);
    for (const { problem, ...letter } of rejected) {
      log.error({ podStream: letter.podStream, sequence: letter.sequence, problem }, 'event parked as a dead letter');
    }
    onWritten?.(report);
  }

  // Halves until the one event that the database refuses is alone; its neighbours are recorded on the way.
  async #isolatePoison(items: readonly IngestItem[], rejected: ParsedBatch['rejected'], error: unknown): Promise<void> {
    const [only] = items;
    if (only === undefined) throw error;
    const storable = items.map(toStorable);
    if (storable.some((item, index) => item !== items[index])) return this.#writeWithRetry(storable, rejected);
    if (items.length === 1) return this.#writeWithRetry([], [...rejected, poisonLetter(only, error)]);
    const middle = Math.ceil(items.length / 2);
    await this.#writeWithRetry(items.slice(0, middle), rejected);
    await this.#writeWithRetry(items.slice(middle), []);
  }
}

function poisonLetter(
  { podId, podStream, entry, sequence }: IngestItem,
  error: unknown,
): ParsedBatch['rejected'][number] {
  return {
    podId,
    podStream,
    sequence: sequence ?? null,
    eventId: entry.event.eventId,
    problem: String(error),
    payload: JSON.stringify(entry),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
