// Reads request bodies: small ones at once, large ones in threads, so that the pod's event loop goes on for everybody
// else. A body's memory moves to the thread and back; it is never copied.
import { Worker } from 'node:worker_threads';
import { RequestRefused } from '@secrouter/proto';
import { ClientGone } from '../http/client-writer.ts';
import type { JudgedRequest } from '../request/judged-request.ts';
import { type ReadLimits, readRequest } from '../stages/read.ts';
import type { ReadJob, ReadReply } from './read-job.ts';

/** Larger bodies are read in a thread. Of twice this size numbers take the loop 50 ms, 300,000 empty objects 150 (measured). */
export const MAX_INLINE_BYTES = 524_288;
/** Bodies that wait for a thread. */
export const MAX_QUEUED_READS = 64;
/**
 * Heap of one thread, above all that a body within its limits can need: the text of 256 MiB thrice in two-byte characters
 * and a tree of half a million values. Without it a small container's default would do; reaching it ends the process.
 */
const WORKER_HEAP_MIB = 2_048;
const RETRY_AFTER_SECONDS = 1;

export interface ReadPoolOptions {
  /** Threads, each started when it is needed first; 0 reads everything at once. */
  readonly workers: number;
  /** A thread ended before its time, with the error that ended it. */
  readonly onWorkerLost: (error: unknown) => void;
}

interface PendingRead {
  readonly job: ReadJob;
  readonly resolve: (request: JudgedRequest) => void;
  readonly reject: (error: unknown) => void;
}

export class ReadPool {
  readonly #options: ReadPoolOptions;
  readonly #queue: PendingRead[] = [];
  readonly #running = new Map<Worker, PendingRead | undefined>();
  #isClosed = false;

  constructor(options: ReadPoolOptions) {
    this.#options = options;
  }

  /** Bodies that wait. */
  get queuedReads(): number {
    return this.#queue.length;
  }

  /**
   * Reads a body, whose memory is the result's from now on. Rejects with RequestRefused, with `overloaded` where too many
   * wait or the thread died of this one, and with ClientGone once the signal aborts.
   */
  async read(
    endpoint: JudgedRequest['endpoint'],
    bytes: Uint8Array,
    limits: ReadLimits,
    signal: AbortSignal,
  ): Promise<JudgedRequest> {
    if (this.#options.workers === 0 || bytes.byteLength <= MAX_INLINE_BYTES)
      return readRequest(endpoint, bytes, limits);
    if (signal.aborted) throw new ClientGone('before its body was read');
    if (this.#isClosed || this.#queue.length >= MAX_QUEUED_READS) throw overloaded('read_queue');
    const { jsonDepth, messages, classifiedTextBytes } = limits;
    const job = { endpoint, bytes: movable(bytes), limits: { jsonDepth, messages, classifiedTextBytes } };
    return await this.#enqueue(job, signal);
  }

  /** Ends the threads; what still waits is refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const pending of this.#queue.splice(0)) pending.reject(overloaded('read_queue'));
    await Promise.all([...this.#running.keys()].map((worker) => worker.terminate()));
  }

  #enqueue(job: ReadJob, signal: AbortSignal): Promise<JudgedRequest> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const at = this.#queue.indexOf(pending);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(new ClientGone('while its body was read'));
      };
      const settled = () => signal.removeEventListener('abort', onAbort);
      const pending: PendingRead = {
        job,
        resolve: (request) => {
          settled();
          resolve(request);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(pending);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (!this.#isClosed && this.#queue.length > 0) {
      const worker = this.#freeWorker();
      if (worker === undefined) return;
      const pending = this.#queue.shift() as PendingRead;
      this.#running.set(worker, pending);
      worker.postMessage(pending.job, [pending.job.bytes.buffer as ArrayBuffer]);
    }
  }

  #freeWorker(): Worker | undefined {
    for (const [worker, pending] of this.#running) if (pending === undefined) return worker;
    return this.#running.size < this.#options.workers ? this.#startWorker() : undefined;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./read-worker.ts', import.meta.url), {
      name: 'read-worker',
      env: {}, // it reads bodies that others wrote: no secret of the pod is within its reach
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB },
    });
    let lastError: unknown;
    worker.on('message', (reply: ReadReply) => this.#finish(worker, reply));
    worker.on('messageerror', (error) => {
      lastError = error;
      void worker.terminate();
    });
    worker.on('error', (error) => {
      lastError = error;
    });
    // An 'error' is always followed by it.
    worker.on('exit', () => this.#lose(worker, lastError));
    worker.unref();
    this.#running.set(worker, undefined);
    return worker;
  }

  #finish(worker: Worker, reply: ReadReply): void {
    const pending = this.#running.get(worker);
    this.#running.set(worker, undefined);
    if (reply.outcome === 'read') pending?.resolve(reply.request);
    else pending?.reject(new RequestRefused(reply.code, reply.details));
    this.#dispatch();
  }

  // The body that it read is refused, since it may be what killed it; what waits goes to the next one.
  #lose(worker: Worker, error: unknown): void {
    const pending = this.#running.get(worker);
    this.#running.delete(worker);
    pending?.reject(overloaded('read_worker'));
    if (this.#isClosed) return;
    this.#options.onWorkerLost(error);
    this.#dispatch();
  }
}

// Only whole memory blocks move; a body that shares one with others is copied first.
function movable(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
    ? bytes
    : new Uint8Array(bytes);
}

function overloaded(reason: string): RequestRefused {
  return new RequestRefused('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS, reason });
}
