// Dated list prices of well-known models, for files that state none. The file's own rows win, always. Each row names
// its source and the day it was looked at; a price that may have changed since is one line in the file away.
import type { LongContextPrice, ModelPrice } from '../config/config-types.ts';

const OPENAI = 'https://platform.openai.com/docs/pricing';
const ANTHROPIC = 'https://platform.claude.com/docs/en/about-claude/pricing';

/** One well-known model with its list price in pico-dollars per token ($1 per million tokens = 1,000,000). */
export interface CatalogueRow {
  readonly id: string;
  readonly price: ModelPrice;
  readonly above: readonly LongContextPrice[];
  readonly kind: 'chat' | 'embedding';
  readonly contextWindow: number;
  readonly maxOutput?: number;
  readonly reasoning: boolean;
  readonly vision: boolean;
  readonly tools: boolean;
  readonly source: string;
  /** The day on which the source was last compared with the row. */
  readonly asOf: string;
}

type Capability = 'reasoning' | 'vision' | 'tools';

/** OpenAI: cached input has its own rate, writing the cache costs nothing extra. */
function openai(
  name: string,
  [input, cached, output]: readonly [number, number, number],
  [contextWindow, maxOutput]: readonly [number, number],
  ...capabilities: readonly Capability[]
): CatalogueRow {
  const price: ModelPrice = {
    inputPicoUsd: input,
    outputPicoUsd: output,
    cachedInputPicoUsd: cached,
    cacheWritePicoUsd: input,
    cacheWrite1hPicoUsd: input,
  };
  return {
    ...chat(`openai/${name}`, price, contextWindow, maxOutput, capabilities),
    source: OPENAI,
    asOf: '2026-03-01',
  };
}

/** Anthropic: reading the cache is a tenth of the input rate, writing it 1.25 times (5 minutes) or twice (1 hour). */
function anthropicPrice(input: number, output: number): ModelPrice {
  return {
    inputPicoUsd: input,
    outputPicoUsd: output,
    cachedInputPicoUsd: input / 10,
    cacheWritePicoUsd: (input * 5) / 4,
    cacheWrite1hPicoUsd: input * 2,
  };
}

function anthropic(
  name: string,
  input: number,
  output: number,
  contextWindow: number,
  maxOutput: number,
): CatalogueRow {
  const row = chat(`anthropic/${name}`, anthropicPrice(input, output), contextWindow, maxOutput, [
    'reasoning',
    'vision',
    'tools',
  ]);
  return { ...row, source: ANTHROPIC, asOf: '2026-06-01' };
}

function chat(
  id: string,
  price: ModelPrice,
  contextWindow: number,
  maxOutput: number,
  capabilities: readonly Capability[],
): Omit<CatalogueRow, 'source' | 'asOf'> {
  return {
    id,
    price,
    above: [],
    kind: 'chat',
    contextWindow,
    maxOutput,
    reasoning: capabilities.includes('reasoning'),
    vision: capabilities.includes('vision'),
    tools: capabilities.includes('tools'),
  };
}

function embedding(name: string, input: number): CatalogueRow {
  return {
    id: `openai/${name}`,
    price: {
      inputPicoUsd: input,
      outputPicoUsd: 0,
      cachedInputPicoUsd: input,
      cacheWritePicoUsd: input,
      cacheWrite1hPicoUsd: input,
    },
    above: [],
    kind: 'embedding',
    contextWindow: 8_192,
    reasoning: false,
    vision: false,
    tools: false,
    source: OPENAI,
    asOf: '2026-03-01',
  };
}

/** Claude Sonnet 4.5 with more than 200,000 input tokens. */
const SONNET_45_LONG: LongContextPrice = { aboveInputTokens: 200_000, ...anthropicPrice(6_000_000, 22_500_000) };

/** The catalogue. Rows are offered only where the file has a provider of that name. */
export const PRICE_CATALOGUE: readonly CatalogueRow[] = [
  openai('gpt-4o', [2_500_000, 1_250_000, 10_000_000], [128_000, 16_384], 'vision', 'tools'),
  openai('gpt-4o-mini', [150_000, 75_000, 600_000], [128_000, 16_384], 'vision', 'tools'),
  openai('gpt-4.1', [2_000_000, 500_000, 8_000_000], [1_047_576, 32_768], 'vision', 'tools'),
  openai('gpt-4.1-mini', [400_000, 100_000, 1_600_000], [1_047_576, 32_768], 'vision', 'tools'),
  openai('gpt-4.1-nano', [100_000, 25_000, 400_000], [1_047_576, 32_768], 'vision', 'tools'),
  openai('gpt-5', [1_250_000, 125_000, 10_000_000], [400_000, 128_000], 'reasoning', 'vision', 'tools'),
  openai('gpt-5-mini', [250_000, 25_000, 2_000_000], [400_000, 128_000], 'reasoning', 'vision', 'tools'),
  openai('gpt-5-nano', [50_000, 5_000, 400_000], [400_000, 128_000], 'reasoning', 'vision', 'tools'),
  openai('o3', [2_000_000, 500_000, 8_000_000], [200_000, 100_000], 'reasoning', 'vision', 'tools'),
  openai('o3-mini', [1_100_000, 550_000, 4_400_000], [200_000, 100_000], 'reasoning', 'tools'),
  openai('o4-mini', [1_100_000, 275_000, 4_400_000], [200_000, 100_000], 'reasoning', 'vision', 'tools'),
  embedding('text-embedding-3-small', 20_000),
  embedding('text-embedding-3-large', 130_000),
  anthropic('claude-haiku-4-5', 1_000_000, 5_000_000, 200_000, 64_000),
  { ...anthropic('claude-sonnet-4-5', 3_000_000, 15_000_000, 200_000, 64_000), above: [SONNET_45_LONG] },
  anthropic('claude-opus-4-1', 15_000_000, 75_000_000, 200_000, 32_000),
  anthropic('claude-opus-4-5', 5_000_000, 25_000_000, 200_000, 64_000),
];
