// The open record: what is durable about a request before any of its bytes leaves. With it an aggregator can charge a
// request whose pod died.
import { z } from 'zod';
import { count, requestShape } from './request-shape.ts';

export const OPEN_RECORD_VERSION = 1;

export const openRecordSchema = z.object({
  version: z.literal(OPEN_RECORD_VERSION),
  ...requestShape,
  /** Bound that the reservation was made with; an orphan is charged its input and the output last reported. */
  inputTokensBound: count,
});
export type OpenRecord = z.infer<typeof openRecordSchema>;
