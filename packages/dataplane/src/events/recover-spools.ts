// At a start: what earlier starts left in their spools goes to the queue under its old stream and numbers. The ledger's
// unique event ids make a repeat harmless. A request that was opened and never closed becomes an `orphaned` row, unless
// Redis holds its lease: then the aggregator's reaper does the same.
import { type EventBatch, MAX_BATCH_EVENTS, QUEUE_PAYLOAD_VERSION, type StreamEntry } from '@secrouter/proto';
import type { Logger } from 'pino';
import type { SpoolRecord } from './event-stream.ts';
import type { SpooledFile } from './spool.ts';

/** Sends the entries of the left spools and removes each file once all of it was taken. */
export async function recoverSpools(
  files: readonly SpooledFile[],
  identity: { readonly cell: string; readonly podId: string },
  send: (batch: EventBatch) => Promise<void>,
  log: Logger,
): Promise<void> {
  for (const file of files) {
    const entries = file.lines.flatMap((line) => entryOf(line));
    try {
      for (let start = 0; start < entries.length; start += MAX_BATCH_EVENTS) {
        const batch = entries.slice(start, start + MAX_BATCH_EVENTS);
        await send({ version: QUEUE_PAYLOAD_VERSION, ...identity, podStream: file.podStream, entries: batch });
      }
      await file.remove();
      if (entries.length > 0) log.info({ podStream: file.podStream, entries: entries.length }, 'spool recovered');
    } catch (error) {
      log.warn({ podStream: file.podStream, reason: String(error).slice(0, 120) }, 'spool kept for the next start');
    }
  }
}

function entryOf(line: string): readonly StreamEntry[] {
  try {
    const record = JSON.parse(line) as SpoolRecord;
    return record.record === 'entry' ? [record.entry] : [];
  } catch {
    return []; // torn in the middle by a crash of the machine: nothing was promised for it
  }
}
