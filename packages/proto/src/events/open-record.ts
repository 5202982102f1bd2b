// The open record: what is durable about a request before any of its bytes leaves. With it an aggregator can charge a
// request whose pod died.
import { z } from 'zod';
import { MAX_EVENT_TEXT } from './usage-event.ts';

export const OPEN_RECORD_VERSION = 1;

const text = z.string().max(MAX_EVENT_TEXT);
const count = z.number().int().nonnegative();

export const openRecordSchema = z.object({
  version: z.literal(OPEN_RECORD_VERSION),
  eventId: z.uuid(),
  requestId: text,
  time: z.iso.datetime(),
  cell: text,
  podId: text,
  podStream: z.uuid(),
  principal: text,
  email: text.nullable(),
  actor: text.nullable(),
  service: z.boolean(),
  groups: z.array(text).max(200),
  costCenter: text.nullable(),
  endpoint: z.enum(['chat', 'embeddings']),
  provider: text,
  model: text,
  tier: z.enum(['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING', 'EXPLICIT', 'NONE']),
  tierSource: z.enum(['classifier', 'override', 'model-id', 'explicit', 'none']),
  streamed: z.boolean(),
  /** Bounds that the reservation was made with; an orphan is charged its input and the output last reported. */
  inputTokensBound: count,
  price: z
    .object({ inputPicoUsd: count, outputPicoUsd: count, cachedInputPicoUsd: count, cacheWritePicoUsd: count })
    .nullable(),
  epoch: count,
  revision: count,
});
export type OpenRecord = z.infer<typeof openRecordSchema>;
