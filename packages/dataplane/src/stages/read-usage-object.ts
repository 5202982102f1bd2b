// The upstream's own usage object -> token counts. The last valid one wins; an explicit 0 is 0; nothing is coerced.
import type { TokenCounts } from '@secrouter/proto';

/** No answer has more; a larger number is a fault of the provider, and would overflow the counters. */
const MAX_REPORTED_TOKENS = 1_000_000_000;

/** Reads OpenAI's `usage`; undefined when it is absent or not one. */
export function readUsageObject(value: unknown): TokenCounts | undefined {
  if (!isRecord(value)) return undefined;
  const inputTokens = count(value.prompt_tokens) ?? count(value.input_tokens);
  const outputTokens =
    count(value.completion_tokens) ?? count(value.output_tokens) ?? restOf(count(value.total_tokens), inputTokens);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const inputDetails = isRecord(value.prompt_tokens_details) ? value.prompt_tokens_details : {};
  const outputDetails = isRecord(value.completion_tokens_details) ? value.completion_tokens_details : {};
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(count(inputDetails.cached_tokens) ?? 0, inputTokens),
    cacheWriteTokens: Math.min(count(inputDetails.cache_write_tokens) ?? 0, inputTokens),
    reasoningTokens: Math.min(count(outputDetails.reasoning_tokens) ?? 0, outputTokens),
  };
}

// Embeddings state the input and the total only.
function restOf(totalTokens: number | undefined, inputTokens: number | undefined): number | undefined {
  if (totalTokens === undefined || inputTokens === undefined || totalTokens < inputTokens) return undefined;
  return totalTokens - inputTokens;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_REPORTED_TOKENS
    ? value
    : undefined;
}

/** True for a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
