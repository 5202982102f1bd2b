// At a start: what earlier starts left in their spools goes to the queue under its old stream and numbers. The ledger's
// unique event ids make a repeat harmless. A request that only the spool witnessed and that was never closed becomes an
// `orphaned` row here; where Redis holds its lease the aggregator's reaper does the same.
import {
  type EventBatch,
  MAX_BATCH_EVENTS,
  type OpenRecord,
  orphanedUsage,
  QUEUE_PAYLOAD_VERSION,
  type StreamEntry,
} from '@secrouter/proto';
import type { Logger } from 'pino';
import type { SpoolRecord } from './event-stream.ts';
import type { LeftSpool } from './left-spools.ts';

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

export interface RecoverOptions {
  readonly identity: { readonly cell: string; readonly podId: string };
  readonly send: (batch: EventBatch) => Promise<void>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Ends the attempts; what was not taken stays for the next start. */
  readonly signal?: AbortSignal;
}

/** Sends the left spools, again until the queue takes them, and removes each once all of it was taken. */
export async function recoverSpools(spools: readonly LeftSpool[], options: RecoverOptions): Promise<void> {
  for (const spool of spools) {
    const entries = entriesToSend(spool.lines);
    for (
      let retryMs = FIRST_RETRY_MS;
      options.signal?.aborted !== true;
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    ) {
      if (await recoverSpool(spool, entries, options)) break;
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    }
  }
}

async function recoverSpool(
  { podStream, remove }: LeftSpool,
  entries: readonly StreamEntry[],
  { identity, send, log }: RecoverOptions,
): Promise<boolean> {
  try {
    for (let start = 0; start < entries.length; start += MAX_BATCH_EVENTS) {
      const batch = entries.slice(start, start + MAX_BATCH_EVENTS);
      await send({ version: QUEUE_PAYLOAD_VERSION, ...identity, podStream, entries: batch });
    }
    await remove();
    if (entries.length > 0) log.info({ podStream, entries: entries.length }, 'spool recovered');
    return true;
  } catch (error) {
    log.warn({ podStream, reason: String(error).slice(0, 120) }, 'spool not recovered yet');
    return false;
  }
}

/** The entries of a spool in their order, then the requests that nobody closed, numbered on. */
export function entriesToSend(lines: readonly string[]): readonly StreamEntry[] {
  const records = lines.flatMap((line) => recordOf(line));
  const entries = records.flatMap((record) => (record.record === 'entry' ? [record.entry] : []));
  const closed = new Set(entries.map(({ event }) => event.eventId));
  const orphans = records.flatMap((record): OpenRecord[] =>
    record.record === 'open' && record.witness === 'spool' && !closed.has(record.open.eventId) ? [record.open] : [],
  );
  const last = records.reduce((highest, record) => Math.max(highest, sequenceOf(record)), 0);
  return [
    ...entries,
    ...orphans.map((open, index): StreamEntry => {
      const event = orphanedUsage(open, 0, 'the pod ended before the request did');
      return { kind: 'usage', sequence: last + 1 + index, event, sourceIp: null };
    }),
  ];
}

function sequenceOf(record: SpoolRecord): number {
  if (record.record === 'entry') return record.entry.sequence;
  return record.record === 'position' ? record.sequence : 0;
}

function recordOf(line: string): readonly SpoolRecord[] {
  try {
    const record = JSON.parse(line) as SpoolRecord;
    return record.record === 'entry' || record.record === 'open' || record.record === 'position' ? [record] : [];
  } catch {
    return []; // torn in the middle by a crash of the machine: nothing was promised for it
  }
}
