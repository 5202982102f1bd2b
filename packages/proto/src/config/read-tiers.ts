// `tiers` and `agenticTiers`: which models serve a tier, in which order.
import { TIERS, type Tier } from '../tier.ts';
import type { TierRoute } from './config-types.ts';
import { type ObjectReader, object } from './object-reader.ts';
import { list, type Reader, text } from './read-value.ts';

/** A model's full id. The provider's name ends at the first slash. */
export const modelId: Reader<string> = text(/^[^/\s]+\/\S+$/, 'a model id of the form provider/model');

/** One tier's models. */
export const tierRoute: Reader<TierRoute> = object((fields) => ({
  primary: fields.required('primary', modelId, ''),
  fallback: fields.withDefault('fallback', list(modelId), []),
}));

const NO_ROUTE: TierRoute = { primary: '', fallback: [] };

/** All four tiers, each with a primary. */
export const allTiers: Reader<Readonly<Record<Tier, TierRoute>>> = object((fields) =>
  readTiers((tier) => fields.required(tier, tierRoute, NO_ROUTE)),
);

/** The agentic table: tiers that it leaves out use the main one. */
export const someTiers: Reader<Readonly<Partial<Record<Tier, TierRoute>>>> = object((fields: ObjectReader) => {
  const routes = TIERS.flatMap((tier) => {
    const route = fields.optional(tier, tierRoute);
    return route === undefined ? [] : [[tier, route] as const];
  });
  return Object.fromEntries(routes);
});

function readTiers(read: (tier: Tier) => TierRoute): Record<Tier, TierRoute> {
  return { SIMPLE: read('SIMPLE'), MEDIUM: read('MEDIUM'), COMPLEX: read('COMPLEX'), REASONING: read('REASONING') };
}
