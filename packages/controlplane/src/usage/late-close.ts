// A close that comes after its lease was reaped: the orphaned row stays, and the difference becomes a signed adjustment
// that refers to it.
import { hash } from 'node:crypto';
import { type UsageEvent, uuidV7, uuidV7Time } from '@secrouter/proto';
import type { OrphanedRow } from '../db/ledger/find-orphaned-rows.ts';

/** The adjustment that turns what the orphan was charged into what was really used. */
export function lateCloseAdjustment(closed: UsageEvent, charged: OrphanedRow): UsageEvent {
  return {
    ...closed,
    kind: 'adjustment',
    eventId: adjustmentId(closed.eventId),
    refersTo: closed.eventId,
    inputTokens: closed.inputTokens - charged.inputTokens,
    cachedInputTokens: closed.cachedInputTokens - charged.cachedInputTokens,
    cacheWriteTokens: closed.cacheWriteTokens - charged.cacheWriteTokens,
    outputTokens: closed.outputTokens - charged.outputTokens,
    reasoningTokens: closed.reasoningTokens - charged.reasoningTokens,
    costNanoUsd: closed.costNanoUsd - charged.costNanoUsd,
    reason: 'closed after its lease had expired',
  };
}

/** Derived from the row's own id and in its month: however often the close is delivered, it is one adjustment. */
export function adjustmentId(eventId: string): string {
  return uuidV7(uuidV7Time(eventId), hash('sha256', `adjustment of ${eventId}`, 'buffer'));
}
