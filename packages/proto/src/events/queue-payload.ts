// What travels on the queue: batches of numbered events of one pod stream. Parsed with this schema on both ends.
import { z } from 'zod';
import { auditEventSchema } from './audit-event.ts';
import { usageEventSchema } from './usage-event.ts';

export const QUEUE_PAYLOAD_VERSION = 1;

/** A batch carries at most this many events, or what gathered in this time. */
export const MAX_BATCH_EVENTS = 100;
export const MAX_BATCH_DELAY_MS = 200;

/** The BullMQ queue of events. Its Redis prefix carries the cell as a hash tag. */
export const EVENT_QUEUE = 'events-v1';
export const EVENT_JOB = 'batch';

/**
 * One numbered entry. Each start of a process opens a stream whose numbers have no gap, so that a lost entry is
 * visible as a hole. A usage entry also stands for its audit leaf of type `usage`.
 */
export const streamEntrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('usage'),
    sequence: z.number().int().positive(),
    event: usageEventSchema,
    sourceIp: z.string().nullable(),
  }),
  z.object({ kind: z.literal('audit'), sequence: z.number().int().positive(), event: auditEventSchema }),
]);
export type StreamEntry = z.infer<typeof streamEntrySchema>;

export const eventBatchSchema = z.object({
  version: z.literal(QUEUE_PAYLOAD_VERSION),
  cell: z.string().max(64),
  podId: z.string().max(255),
  podStream: z.uuid(),
  entries: z.array(streamEntrySchema).min(1).max(MAX_BATCH_EVENTS),
});
export type EventBatch = z.infer<typeof eventBatchSchema>;
