// Embeddings without a model: a unit vector derived from the text's hash, the same every time.
import { createHash } from 'node:crypto';
import type { JsonObject } from './chat-request.ts';
import { countTokens } from './count-tokens.ts';

const DEFAULT_DIMENSIONS = 64;
const MAX_DIMENSIONS = 4_096;

/** The answer to an embeddings request, or the name of the parameter that is wrong. */
export function embeddingsBody(body: JsonObject, model: string): { body: object } | { param: string } {
  const inputs = readInputs(body.input);
  if (!inputs) return { param: 'input' };
  const dimensions = body.dimensions ?? DEFAULT_DIMENSIONS;
  if (!isDimensions(dimensions)) return { param: 'dimensions' };
  const tokens = inputs.reduce(
    (sum, input) => sum + (typeof input === 'string' ? countTokens(input) : input.length),
    0,
  );
  const data = inputs.map((input, index) => {
    const vector = embed(JSON.stringify(input), dimensions);
    const embedding = body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  return { body: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } } };
}

/** A text, several texts, one list of token ids or several: OpenAI takes all four. */
function readInputs(input: unknown): readonly (string | readonly number[])[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  if (isTokens(input)) return [input];
  return input.every((item) => typeof item === 'string' || isTokens(item)) ? input : undefined;
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
}

function isDimensions(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_DIMENSIONS;
}

function embed(text: string, dimensions: number): Float32Array {
  // SHAKE256 yields as many bytes as are asked for; two make one coordinate.
  const bytes = createHash('shake256', { outputLength: dimensions * 2 })
    .update(text)
    .digest();
  const raw = Array.from({ length: dimensions }, (_, index) => bytes.readInt16LE(index * 2) + 0.5);
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, (coordinate) => coordinate / length);
}
