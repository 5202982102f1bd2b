// What the open record and the usage event say alike of one request: who asked, where it went and under which policy.
import { z } from 'zod';

/** How the tier was chosen. */
export const TIER_SOURCES = ['classifier', 'override', 'model-id', 'explicit', 'none'] as const;
export type TierSource = (typeof TIER_SOURCES)[number];

/** Longest text of any bounded field that a client or a provider can influence. */
export const MAX_EVENT_TEXT = 255;

export const text = z.string().max(MAX_EVENT_TEXT);
export const count = z.number().int().nonnegative();
export const timestamp = z.iso.datetime();

/** Prices in pico-dollars per token that the row was billed at. */
export const billedPriceSchema = z.object({
  inputPicoUsd: count,
  outputPicoUsd: count,
  cachedInputPicoUsd: count,
  cacheWritePicoUsd: count,
});

/** The fields, to be spread into a schema. */
export const requestShape = {
  eventId: z.uuid(),
  requestId: text,
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
  price: billedPriceSchema.nullable(),
  epoch: count,
  revision: count,
} as const;
