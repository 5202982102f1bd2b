// The pod's numbered stream of events: each entry gets the next number, lies in the spool, and goes to the queue in
// batches. An entry leaves the spool's account only when the queue has acknowledged it.
import {
  type AuditEvent,
  type EventBatch,
  MAX_BATCH_DELAY_MS,
  MAX_BATCH_EVENTS,
  type OpenRecord,
  QUEUE_PAYLOAD_VERSION,
  type StreamEntry,
  type UsageEvent,
} from '@secrouter/proto';
import type { Logger } from 'pino';
import type { Spool } from './spool.ts';
import type { HeldRecord } from './spool-segment.ts';

/** Sends one batch; resolves once the queue has it. */
export type SendBatch = (batch: EventBatch) => Promise<void>;

export interface EventStreamOptions {
  readonly cell: string;
  readonly podId: string;
  readonly podStream: string;
  readonly spool: Spool;
  readonly sendBatch: SendBatch;
  readonly log: Pick<Logger, 'warn'>;
}

const LONGEST_RETRY_MS = 2_000;
const FIRST_RETRY_MS = 50;

/**
 * Records of the spool: an open record and who else has it, an entry of the stream, or how far the numbers were when a
 * new file began.
 */
export type SpoolRecord =
  | { readonly record: 'open'; readonly witness: 'spool' | 'redis'; readonly open: OpenRecord }
  | { readonly record: 'entry'; readonly entry: StreamEntry }
  | { readonly record: 'position'; readonly sequence: number };

interface WaitingEntry {
  readonly entry: StreamEntry;
  /** Its record, and for a usage event the open record that it closes. */
  readonly held: readonly HeldRecord[];
}

/** The stream of one pod start. */
export class EventStream {
  readonly podStream: string;
  readonly #options: EventStreamOptions;
  #sequence = 0;
  #waiting: WaitingEntry[] = [];
  /** Open records that only the spool has, until their usage event is safe. */
  readonly #witnessed = new Map<string, HeldRecord>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: EventStreamOptions) {
    this.podStream = options.podStream;
    this.#options = options;
    options.spool.beginFilesWith(() => toLine({ record: 'position', sequence: this.#sequence }));
  }

  /** Number of the last entry handed out. */
  get lastSequence(): number {
    return this.#sequence;
  }

  /** Entries that the queue does not have yet. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /**
   * Notes a request before its bytes leave. Resolves at once unless `isWitness`: then when it is on the disk. `json` is the
   * record where it was written out before.
   */
  async open(record: OpenRecord, isWitness: boolean, json = JSON.stringify(record)): Promise<void> {
    const { spool } = this.#options;
    // A `SpoolRecord`.
    const line = `{"record":"open","witness":"${isWitness ? 'spool' : 'redis'}","open":${json}}`;
    if (isWitness) this.#witnessed.set(record.eventId, await spool.appendDurably(line));
    else spool.append(line);
  }

  /** Appends a usage event and returns its number. */
  appendUsage(event: UsageEvent, sourceIp: string | null): number {
    return this.#append({ kind: 'usage', sequence: this.#next(), event, sourceIp });
  }

  /** Appends an audit event and returns its number. */
  appendAudit(event: AuditEvent): number {
    return this.#append({ kind: 'audit', sequence: this.#next(), event });
  }

  /** Sends what waits and stops. What the queue does not take within `deadlineMs` stays in the spool. */
  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    this.#startSending();
    await Promise.race([
      this.#sending ?? Promise.resolve(),
      new Promise((resolve) => setTimeout(resolve, deadlineMs).unref()),
    ]);
  }

  #next(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #append(entry: StreamEntry): number {
    const held = [this.#options.spool.appendHeld(toLine({ record: 'entry', entry }))];
    const open = this.#witnessed.get(entry.event.eventId);
    if (open !== undefined) held.push(open);
    this.#witnessed.delete(entry.event.eventId);
    this.#waiting.push({ entry, held });
    if (this.#waiting.length >= MAX_BATCH_EVENTS) this.#startSending();
    else this.#timer ??= setTimeout(() => this.#startSending(), MAX_BATCH_DELAY_MS / 4);
    return entry.sequence;
  }

  #startSending(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async #send(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_BATCH_EVENTS);
      const entries = batch.map(({ entry }) => entry);
      const { cell, podId, podStream, sendBatch, spool, log } = this.#options;
      try {
        await sendBatch({ version: QUEUE_PAYLOAD_VERSION, cell, podId, podStream, entries });
        this.#waiting.splice(0, batch.length);
        spool.release(batch.flatMap(({ held }) => held));
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        if (retryMs === FIRST_RETRY_MS)
          log.warn(
            { backlog: this.#waiting.length, reason: String(error).slice(0, 120) },
            'queue does not take events',
          );
        if (this.#isClosing) return;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }
}

function toLine(record: SpoolRecord): string {
  return JSON.stringify(record);
}
