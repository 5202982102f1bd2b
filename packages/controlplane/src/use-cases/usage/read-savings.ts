// What routing saved: `auto` requests at what they cost, against the same tokens at the model of the top tier.
import { costNanoUsd, type EffectiveConfig, TIERS, usdNumber } from '@secrouter/proto';
import { readUsageGroups, type UsageGroup, type UsageQuery } from '../../db/ledger/read-usage.ts';
import type { BooksReader } from '../../usage/position-barrier.ts';

/** Requests that named their model chose their own price; tiers of others (EXPLICIT, NONE) do not count. */
export interface Savings {
  /** The model that would have answered everything. */
  readonly baselineModel: string;
  readonly requestCount: number;
  readonly costNanoUsd: bigint;
  readonly baselineNanoUsd: bigint;
}

/** The part of a configuration that says what the top tier costs. */
export type TopTier = Pick<EffectiveConfig, 'tiers' | 'models'>;

/** Reads the savings of a window; undefined while the top tier's model has no price. */
export async function readSavings(
  { pool, cell }: Pick<BooksReader, 'pool' | 'cell'>,
  window: Pick<UsageQuery, 'from' | 'until' | 'principal'>,
  config: TopTier,
): Promise<Savings | undefined> {
  return savingsOf(await readUsageGroups(pool, { cell, groupBy: 'tier', ...window }), config);
}

/**
 * The savings of sums by tier, at today's price of the top tier's model. Tokens are taken as they were counted, and
 * neither cache writes nor steps for long contexts are priced apart: what is claimed is rather too little.
 */
export function savingsOf(byTier: readonly UsageGroup[], { tiers, models }: TopTier): Savings | undefined {
  const baselineModel = tiers.REASONING.primary;
  const price = models.find(({ id }) => id === baselineModel)?.price;
  if (price === undefined) return undefined;
  const routed = byTier.filter(({ key }) => TIERS.some((tier) => tier === key));
  return {
    baselineModel,
    requestCount: routed.reduce((sum, { requestCount }) => sum + requestCount, 0),
    costNanoUsd: routed.reduce((sum, row) => sum + row.costNanoUsd, 0n),
    baselineNanoUsd: routed.reduce((sum, row) => sum + BigInt(costNanoUsd({ ...row, cacheWriteTokens: 0 }, price)), 0n),
  };
}

/** Savings as the admin API and the console show them, in dollars; null while there is nothing to compare with. */
export function savingsJson(savings: Savings | undefined) {
  if (savings === undefined) return null;
  const { baselineModel, requestCount, costNanoUsd: cost, baselineNanoUsd: baseline } = savings;
  return {
    baselineModel,
    requestCount,
    costUsd: usdNumber(cost),
    baselineCostUsd: usdNumber(baseline),
    savedUsd: usdNumber(baseline - cost),
  };
}
