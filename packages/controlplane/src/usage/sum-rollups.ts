// Sums usage events into roll-up rows of a quarter of an hour.
import type { UsageEvent } from '@secrouter/proto';
import { ROLLUP_SUMS, type Rollup, type RollupKey, type RollupSums } from '../db/ledger/add-rollups.ts';

/** Every time zone in use lies a multiple of this away from UTC, so that its days are sums of whole buckets. */
export const BUCKET_MS = 15 * 60 * 1_000;

const FAILED_OUTCOMES: ReadonlySet<string> = new Set(['upstream_aborted', 'upstream_error', 'timeout', 'orphaned']);

/** Start of the bucket that a time falls into. */
export function bucketStart(unixMs: number): number {
  return Math.floor(unixMs / BUCKET_MS) * BUCKET_MS;
}

/** One roll-up for each key that occurs. */
export function sumRollups(events: readonly UsageEvent[]): Rollup[] {
  const rollups = new Map<string, { key: RollupKey; sums: Record<keyof RollupSums, number> }>();
  for (const event of events) {
    const key = rollupKey(event);
    const name = JSON.stringify(key);
    const counted = countsOf(event);
    const rollup = rollups.get(name);
    if (rollup === undefined) rollups.set(name, { key, sums: counted });
    else for (const sum of ROLLUP_SUMS) rollup.sums[sum] += counted[sum];
  }
  return [...rollups.values()];
}

function rollupKey(event: UsageEvent): RollupKey {
  return {
    bucket: new Date(bucketStart(Date.parse(event.time))).toISOString(),
    principal: event.principal,
    email: event.email,
    costCenter: event.costCenter,
    provider: event.provider,
    model: event.model,
    tier: event.tier,
  };
}

// An adjustment moves tokens and money; it is no request, and its times are those of the row that it refers to.
function countsOf(event: UsageEvent): Record<keyof RollupSums, number> {
  const isRequest = event.kind === 'usage';
  return {
    requestCount: isRequest ? 1 : 0,
    adjustmentCount: isRequest ? 0 : 1,
    failedCount: isRequest && FAILED_OUTCOMES.has(event.outcome) ? 1 : 0,
    estimatedCount: isRequest && event.estimated ? 1 : 0,
    inputTokens: event.inputTokens,
    cachedInputTokens: event.cachedInputTokens,
    cacheWriteTokens: event.cacheWriteTokens,
    outputTokens: event.outputTokens,
    reasoningTokens: event.reasoningTokens,
    costNanoUsd: event.costNanoUsd,
    firstByteCount: isRequest && event.firstByteMs !== null ? 1 : 0,
    firstByteMs: isRequest ? (event.firstByteMs ?? 0) : 0,
    totalMs: isRequest ? event.totalMs : 0,
  };
}
