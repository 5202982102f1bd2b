// Bounds on what a request can cost, before it is sent. Property under test: bound >= billed.
import type { ModelConfig, ModelPrice } from '@secrouter/proto';
import { costBoundNanoUsd } from '@secrouter/proto';
import type { Grant } from '../request/grant.ts';
import type { JudgedRequest } from '../request/judged-request.ts';

/** Overhead of a message's framing, and of the request as a whole, in tokens. */
const TOKENS_PER_MESSAGE = 16;
const TOKENS_PER_REQUEST = 256;
/** First step of a stream without any cap. */
export const STREAM_STEP_TOKENS = 4_096;
/** Output of a non-streamed request when neither client, policy nor model states a bound. */
const UNSTATED_MAX_OUTPUT = 4_096;
/** A cap lower than this is not worth an answer. */
export const LEAST_OUTPUT_TOKENS = 256;

/** Bounds of one request over all its candidates. */
export interface RequestBounds {
  readonly inputTokens: number;
  /** Output tokens of one choice to reserve for. */
  readonly outputTokens: number;
  readonly leastOutputTokens: number;
  readonly choices: number;
  readonly inputCostNanoUsd: number;
  readonly outputCostNanoUsdPerToken: number;
  /** The stream has no cap at all: its lease grows step by step. */
  readonly isStepwise: boolean;
  /** The cap that holds whatever the budgets say (client's, policy's), absent when there is none. */
  readonly statedCap: number | undefined;
}

/** Computes the bounds: for each quantity the largest among the candidates. */
export function requestBounds(request: JudgedRequest, grant: Grant, candidates: readonly ModelConfig[]): RequestBounds {
  const inputTokens = Math.max(...candidates.map((model) => inputBound(request, model)));
  const prices = candidates.flatMap((model) => reachablePrices(model, inputTokens));
  const output = request.endpoint === 'embeddings' ? noOutput() : outputBound(request, grant, candidates);
  const choices = request.endpoint === 'embeddings' ? 1 : request.choices;
  return {
    inputTokens,
    ...output,
    choices,
    inputCostNanoUsd: Math.max(0, ...prices.map((price) => costBoundNanoUsd(inputTokens, 0, price))),
    outputCostNanoUsdPerToken: Math.max(0, ...prices.map((price) => outputNanoUsd(price))),
  };
}

// Fewer tokens than the bound may be billed at an earlier step, which need not be the cheaper one.
function reachablePrices({ price, above }: ModelConfig, inputTokens: number): readonly ModelPrice[] {
  return price === undefined ? [] : [price, ...above.filter(({ aboveInputTokens }) => aboveInputTokens < inputTokens)];
}

/** Upper bound of a request's input tokens at one model; base64 content counts as images, not as text. */
export function inputBound(request: JudgedRequest, model: ModelConfig): number {
  const messages = request.endpoint === 'chat' ? request.messageCount : 1;
  const dataUrlBytes = request.endpoint === 'chat' ? request.dataUrlBytes : 0;
  const images = request.endpoint === 'chat' ? request.imageCount : 0;
  const text = request.bodyBytes - dataUrlBytes + messages * TOKENS_PER_MESSAGE + TOKENS_PER_REQUEST;
  const bound = text + images * model.imageTokens;
  return model.contextWindow === undefined ? bound : Math.min(bound, model.contextWindow);
}

type OutputBound = Pick<RequestBounds, 'outputTokens' | 'leastOutputTokens' | 'isStepwise' | 'statedCap'>;

function noOutput(): OutputBound {
  return { outputTokens: 0, leastOutputTokens: 0, isStepwise: false, statedCap: undefined };
}

function outputBound(
  request: JudgedRequest & { endpoint: 'chat' },
  grant: Grant,
  candidates: readonly ModelConfig[],
): OutputBound {
  const { maxOutputTokens, defaultMaxOutputTokens } = grant.policy;
  const clientCap = request.outputCap?.tokens ?? defaultMaxOutputTokens;
  const statedCap = smallest(clientCap, maxOutputTokens);
  if (statedCap !== undefined) {
    return {
      outputTokens: statedCap,
      leastOutputTokens: Math.min(LEAST_OUTPUT_TOKENS, statedCap),
      isStepwise: false,
      statedCap,
    };
  }
  if (request.stream)
    return { outputTokens: STREAM_STEP_TOKENS, leastOutputTokens: LEAST_OUTPUT_TOKENS, isStepwise: true, statedCap };
  const modelMax = Math.max(...candidates.map(({ maxOutput }) => maxOutput ?? UNSTATED_MAX_OUTPUT));
  return {
    outputTokens: modelMax,
    leastOutputTokens: Math.min(LEAST_OUTPUT_TOKENS, modelMax),
    isStepwise: false,
    statedCap,
  };
}

function outputNanoUsd(price: ModelPrice): number {
  return costBoundNanoUsd(0, 1, price);
}

function smallest(...values: readonly (number | undefined)[]): number | undefined {
  const stated = values.filter((value) => value !== undefined);
  return stated.length === 0 ? undefined : Math.min(...stated);
}
