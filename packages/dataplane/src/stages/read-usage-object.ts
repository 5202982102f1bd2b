// The upstream's own usage object -> token counts. The last valid one wins; an explicit 0 is 0; nothing is coerced.
import type { TokenCounts } from '@secrouter/proto';

/** Reads OpenAI's `usage`; undefined when it is absent or not one. */
export function readUsageObject(value: unknown): TokenCounts | undefined {
  if (!isRecord(value)) return undefined;
  const inputTokens = count(value.prompt_tokens) ?? count(value.input_tokens);
  const outputTokens =
    count(value.completion_tokens) ?? count(value.output_tokens) ?? (inputTokens === undefined ? undefined : 0);
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

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** True for a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
