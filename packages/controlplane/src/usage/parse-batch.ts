// Reads a job of the queue entry by entry, so that one bad event does not take its ninety-nine neighbours with it.
import { type EventBatch, eventBatchSchema, type StreamEntry, streamEntrySchema } from '@secrouter/proto';
import type { DeadLetter } from '../db/ledger/dead-letters.ts';

/** An entry with the stream that it came in. `sequence` undefined: the next number, given in the transaction. */
export interface IngestItem {
  readonly podId: string;
  readonly podStream: string;
  readonly sequence: number | undefined;
  readonly entry: StreamEntry;
}

/** What a job holds. */
export interface ParsedBatch {
  readonly items: readonly IngestItem[];
  readonly rejected: readonly DeadLetter[];
}

const envelopeSchema = eventBatchSchema.omit({ entries: true }).loose();

/** Splits a job's payload into entries that can be recorded and dead letters. */
export function parseBatch(payload: unknown, cell: string): ParsedBatch {
  const envelope = envelopeSchema.safeParse(payload);
  if (!envelope.success) return { items: [], rejected: [deadLetter(payload, 'not a batch of events')] };
  const { entries } = envelope.data;
  if (!Array.isArray(entries)) {
    return { items: [], rejected: [deadLetter(payload, 'a batch without entries')] };
  }
  const batch = { ...envelope.data, podStream: envelope.data.podStream.toLowerCase() };
  const items: IngestItem[] = [];
  const rejected: DeadLetter[] = [];
  for (const raw of entries) {
    const parsed = streamEntrySchema.safeParse(raw);
    const problem = parsed.success ? misplaced(parsed.data, batch.cell, cell) : parsed.error.message;
    if (!parsed.success || problem !== undefined) rejected.push(deadLetter(raw, problem ?? '', batch));
    else items.push(toItem(batch, parsed.data));
  }
  return { items, rejected };
}

function toItem(batch: Pick<EventBatch, 'podId' | 'podStream'>, entry: StreamEntry): IngestItem {
  return {
    podId: batch.podId,
    podStream: batch.podStream,
    sequence: entry.sequence,
    entry: withLowerCaseIds(entry),
  };
}

// PostgreSQL prints UUIDs in lower case, and what it prints is compared with what came.
function withLowerCaseIds(entry: StreamEntry): StreamEntry {
  const { eventId } = entry.event;
  if (entry.kind === 'audit') {
    return eventId === eventId.toLowerCase()
      ? entry
      : { ...entry, event: { ...entry.event, eventId: eventId.toLowerCase() } };
  }
  const refersTo = entry.event.refersTo?.toLowerCase() ?? null;
  if (eventId === eventId.toLowerCase() && refersTo === entry.event.refersTo) return entry;
  return { ...entry, event: { ...entry.event, eventId: eventId.toLowerCase(), refersTo } };
}

function misplaced(entry: StreamEntry, batchCell: string, cell: string): string | undefined {
  if (batchCell !== cell || entry.event.cell !== cell) return 'an event of another cell';
  if (entry.kind === 'audit' && entry.event.type === 'usage')
    return 'a leaf of type usage comes from a usage event only';
  if (entry.kind === 'usage' && (entry.event.kind === 'adjustment') !== (entry.event.refersTo !== null)) {
    return 'an adjustment refers to a row, and nothing else does';
  }
  return undefined;
}

function deadLetter(raw: unknown, problem: string, source?: Pick<EventBatch, 'podId' | 'podStream'>): DeadLetter {
  const record = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const event =
    typeof record.event === 'object' && record.event !== null ? (record.event as Record<string, unknown>) : {};
  const sequence = record.sequence;
  return {
    podId: source?.podId ?? null,
    podStream: source?.podStream ?? null,
    sequence: typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence > 0 ? sequence : null,
    eventId: typeof event.eventId === 'string' ? event.eventId : null,
    problem,
    payload: JSON.stringify(raw) ?? 'undefined',
  };
}
