// `models[]`: prices, read exactly from their source text, and what a model can do.
import type { LongContextPrice, ModelConfig, ModelPrice } from './config-types.ts';
import { type ObjectReader, object, stated } from './object-reader.ts';
import { modelId } from './read-tiers.ts';
import { boolean, integer, list, oneOf, type Reader, record, scaledDecimal, text } from './read-value.ts';

/** Dollars per million tokens are pico-dollars per token with six decimals. */
const PRICE_DECIMALS = 6;
/** A million dollars per million tokens: more is a mistake in the unit. */
const MAX_PRICE_PICO_USD = 1_000_000_000_000;
const MAX_TOKENS = 1_000_000_000;

/** A model as the file states it: what is absent may come from the catalogue. */
export type StatedModel = Partial<Omit<ModelConfig, 'id' | 'provider' | 'upstreamName' | 'source'>> & {
  readonly id: string;
};

const price = scaledDecimal(PRICE_DECIMALS, MAX_PRICE_PICO_USD, 'a price in dollars per million tokens');
const tokens = integer(1, MAX_TOKENS);

/** One entry of `models`. */
export const statedModel: Reader<StatedModel> = object((fields) => {
  const kind = fields.optional('kind', oneOf('chat', 'embedding'));
  return stated({
    id: fields.required('id', modelId, ''),
    displayName: fields.optional('name', text()),
    kind,
    price: readPrice(fields, kind === 'embedding'),
    above: fields.optional('above', list(longContextPrice)),
    serviceTiers: fields.optional('serviceTiers', record(completePrice)),
    imageTokens: fields.optional('imageTokens', integer(0, MAX_TOKENS)),
    aliases: fields.optional('aliases', list(alias)),
    parameters: fields.optional('parameters', parameters),
    contextWindow: fields.optional('contextWindow', tokens),
    maxOutput: fields.optional('maxOutput', tokens),
    reasoning: fields.optional('reasoning', boolean),
    vision: fields.optional('vision', boolean),
    tools: fields.optional('tools', boolean),
    effectiveFrom: fields.optional('effectiveFrom', isoDate),
  });
});

/** A price needs both directions; an embedding has no output. Cached and cache-write rates default to the input rate. */
function readPrice(fields: ObjectReader, isEmbedding: boolean): ModelPrice | undefined {
  const input = fields.optional('inputPrice', price);
  const output = fields.optional('outputPrice', price) ?? (isEmbedding ? 0 : undefined);
  const cachedInput = fields.optional('cachedInputPrice', price);
  const cacheWrite = fields.optional('cacheWritePrice', price);
  const cacheWrite1h = fields.optional('cacheWrite1hPrice', price);
  if (input === undefined || output === undefined) {
    if (
      ['inputPrice', 'outputPrice', 'cachedInputPrice', 'cacheWritePrice', 'cacheWrite1hPrice'].some((name) =>
        fields.has(name),
      )
    )
      fields.place.advise('a price needs inputPrice and outputPrice; what is stated here is not used');
    return undefined;
  }
  return {
    inputPicoUsd: input,
    outputPicoUsd: output,
    cachedInputPicoUsd: cachedInput ?? input,
    cacheWritePicoUsd: cacheWrite ?? input,
    cacheWrite1hPicoUsd: cacheWrite1h ?? cacheWrite ?? input,
  };
}

const NO_PRICE: ModelPrice = {
  inputPicoUsd: 0,
  outputPicoUsd: 0,
  cachedInputPicoUsd: 0,
  cacheWritePicoUsd: 0,
  cacheWrite1hPicoUsd: 0,
};

/** A price where there is no falling back: both directions must be stated. */
function requirePrice(fields: ObjectReader): ModelPrice {
  for (const name of ['inputPrice', 'outputPrice']) if (!fields.has(name)) fields.place.at(name).refuse('is required');
  return readPrice(fields, false) ?? NO_PRICE;
}

const completePrice: Reader<ModelPrice> = object(requirePrice);

const longContextPrice: Reader<LongContextPrice> = object((fields) => ({
  aboveInputTokens: fields.required('aboveInputTokens', tokens, 1),
  ...requirePrice(fields),
}));

/** Names that `auto` requests have; no alias may take them. */
const RESERVED_ALIAS = /^(?:auto(?::.*)?|secrouter\/.*)$/i;

const aliasText = text(/^\S{1,256}$/, 'a name without blanks');
const alias: Reader<string> = (node, place) => {
  const name = aliasText(node, place);
  return name !== undefined && RESERVED_ALIAS.test(name) ? place.refuse('this name means routing by tier') : name;
};

const parameters: Reader<ModelConfig['parameters']> = object((fields) => ({
  rename: fields.withDefault('rename', record(text()), {}),
  drop: fields.withDefault('drop', list(text()), []),
  unsupported: fields.withDefault('unsupported', list(text()), []),
}));

const dateText = text(/^\d{4}-\d{2}-\d{2}$/, 'a date of the form YYYY-MM-DD');
const isoDate: Reader<string> = (node, place) => {
  const date = dateText(node, place);
  if (date === undefined) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  return isReal ? date : place.refuse('there is no such day');
};
