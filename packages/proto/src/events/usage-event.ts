// The usage event: one per request that reached an upstream, from admission to ledger row under one id. Never content.
import { z } from 'zod';
import { count, requestShape, text } from './request-shape.ts';

export const USAGE_EVENT_VERSION = 1;

export const USAGE_OUTCOMES = [
  'ok',
  'ok_no_done',
  'client_cancelled',
  'upstream_aborted',
  'upstream_error',
  'timeout',
  'orphaned',
] as const;
export type UsageOutcome = (typeof USAGE_OUTCOMES)[number];

const signed = z.number().int();

export const usageEventSchema = z.object({
  version: z.literal(USAGE_EVENT_VERSION),
  ...requestShape,
  /** `usage`, or a signed `adjustment` that refers to a row; rows are never updated. */
  kind: z.enum(['usage', 'adjustment']),
  refersTo: z.uuid().nullable(),
  clientRequestId: text.nullable(),
  traceId: text.nullable(),
  upstreamRequestId: text.nullable(),
  inputTokens: signed,
  cachedInputTokens: signed,
  cacheWriteTokens: signed,
  outputTokens: signed,
  reasoningTokens: signed,
  costNanoUsd: signed,
  estimated: z.boolean(),
  outcome: z.enum(USAGE_OUTCOMES),
  status: z.number().int(),
  firstByteMs: count.nullable(),
  totalMs: count,
  attempts: count,
  reason: text.nullable(),
});

/** One row of the ledger, before it is one. */
export type UsageEvent = z.infer<typeof usageEventSchema>;
