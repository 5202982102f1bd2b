import type { ModelConfig } from '@secrouter/proto';
import { describe, expect, it } from 'vitest';
import { NO_USAGE, type UsageGroup } from '../../db/ledger/read-usage.ts';
import { savingsJson, savingsOf, type TopTier } from './read-savings.ts';

// Ten dollars a million tokens in, forty out, one for cached ones.
const PRICE = {
  inputPicoUsd: 10_000_000,
  outputPicoUsd: 40_000_000,
  cachedInputPicoUsd: 1_000_000,
  cacheWritePicoUsd: 12_500_000,
  cacheWrite1hPicoUsd: 12_500_000,
};

function topTier(price?: typeof PRICE): TopTier {
  const route = { primary: 'p/large', fallback: [] };
  const model = { id: 'p/large', ...(price === undefined ? {} : { price }) } as ModelConfig;
  return { tiers: { SIMPLE: route, MEDIUM: route, COMPLEX: route, REASONING: route }, models: [model] };
}

const row = (key: string, sums: Partial<UsageGroup>): UsageGroup => ({ ...NO_USAGE, key, email: null, ...sums });

describe('savings against always using the top tier', () => {
  it('prices the tokens of auto requests at the top tier, cached ones at their own rate', () => {
    const tokens = { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 };

    const savings = savingsOf([row('SIMPLE', { requestCount: 3, ...tokens, costNanoUsd: 500_000n })], topTier(PRICE));

    expect(savings).toEqual({
      baselineModel: 'p/large',
      requestCount: 3,
      costNanoUsd: 500_000n,
      baselineNanoUsd: 600n * 10_000n + 400n * 1_000n + 100n * 40_000n,
    });
    expect(savingsJson(savings)).toMatchObject({ costUsd: 0.0005, baselineCostUsd: 0.0104, savedUsd: 0.0099 });
  });

  it('leaves out requests that named their model, and embeddings', () => {
    const spent = { requestCount: 1, inputTokens: 10, costNanoUsd: 7n };

    const savings = savingsOf([row('EXPLICIT', spent), row('NONE', spent), row('REASONING', spent)], topTier(PRICE));

    expect(savings).toMatchObject({ requestCount: 1, costNanoUsd: 7n, baselineNanoUsd: 100_000n });
  });

  it('says what a dearer route costs more, as a negative saving', () => {
    const savings = savingsOf([row('SIMPLE', { inputTokens: 1, costNanoUsd: 3_000_000n })], topTier(PRICE));

    expect(savingsJson(savings)?.savedUsd).toBe(-0.00299);
  });

  it('claims nothing while the top tier has no price', () => {
    expect(savingsJson(savingsOf([row('SIMPLE', { inputTokens: 1 })], topTier()))).toBeNull();
  });
});
