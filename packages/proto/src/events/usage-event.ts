// The usage event: one per request that reached an upstream, from admission to ledger row under one id. Never content.
import { z } from 'zod';

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

/** How the tier was chosen. */
export const TIER_SOURCES = ['classifier', 'override', 'model-id', 'explicit', 'none'] as const;
export type TierSource = (typeof TIER_SOURCES)[number];

/** Longest text of any bounded field that a client or a provider can influence. */
export const MAX_EVENT_TEXT = 255;

const text = z.string().max(MAX_EVENT_TEXT);
const count = z.number().int().nonnegative();
const signed = z.number().int();
const timestamp = z.iso.datetime();

/** Prices in pico-dollars per token that the row was billed at. */
export const billedPriceSchema = z.object({
  inputPicoUsd: count,
  outputPicoUsd: count,
  cachedInputPicoUsd: count,
  cacheWritePicoUsd: count,
});

export const usageEventSchema = z.object({
  version: z.literal(USAGE_EVENT_VERSION),
  /** `usage`, or a signed `adjustment` that refers to a row; rows are never updated. */
  kind: z.enum(['usage', 'adjustment']),
  eventId: z.uuid(),
  refersTo: z.uuid().nullable(),
  requestId: text,
  clientRequestId: text.nullable(),
  traceId: text.nullable(),
  upstreamRequestId: text.nullable(),
  time: timestamp,
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
  tierSource: z.enum(TIER_SOURCES),
  streamed: z.boolean(),
  inputTokens: signed,
  cachedInputTokens: signed,
  cacheWriteTokens: signed,
  outputTokens: signed,
  reasoningTokens: signed,
  costNanoUsd: signed,
  price: billedPriceSchema.nullable(),
  estimated: z.boolean(),
  outcome: z.enum(USAGE_OUTCOMES),
  status: z.number().int(),
  firstByteMs: count.nullable(),
  totalMs: count,
  attempts: count,
  epoch: count,
  revision: count,
  reason: text.nullable(),
});

/** One row of the ledger, before it is one. */
export type UsageEvent = z.infer<typeof usageEventSchema>;
