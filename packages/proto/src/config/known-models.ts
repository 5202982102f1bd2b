// All models that can be named: the file's list, the catalogue, and whatever the tiers name. Builds them completely
// and resolves what a request calls them by.
import { PRICE_CATALOGUE } from '../catalogue/price-catalogue.ts';
import { providerOf } from '../policy/judge-request.ts';
import { TIERS } from '../tier.ts';
import type { EffectiveConfig, ModelConfig } from './config-types.ts';
import { stated } from './object-reader.ts';
import type { ConfigFile } from './read-config-file.ts';
import type { StatedModel } from './read-models.ts';

/** Tokens that an image counts as where its model says nothing. */
export const DEFAULT_IMAGE_TOKENS = 2_000;

/** Every known model, sorted by id; a later source fills only what an earlier one left open. */
export function knownModels(
  file: Pick<ConfigFile, 'statedModels' | 'providers' | 'tiers' | 'agenticTiers' | 'embeddings'>,
): readonly ModelConfig[] {
  const models = new Map<string, ModelConfig>();
  const add = (id: string, build: () => ModelConfig) => {
    if (Object.hasOwn(file.providers, providerOf(id)) && !models.has(id)) models.set(id, build());
  };
  const catalogue = new Map(PRICE_CATALOGUE.map((row) => [row.id, row]));
  for (const model of file.statedModels) add(model.id, () => complete(model, 'file'));
  for (const id of catalogue.keys()) add(id, () => complete({ id }, 'catalogue'));
  for (const id of namedInTiers(file)) add(id, () => complete({ id }, 'tiers'));
  const fallback = file.embeddings.default;
  if (fallback !== undefined) add(fallback, () => complete({ id: fallback, kind: 'embedding' }, 'tiers'));
  return [...models.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Every id in both tier tables. */
export function namedInTiers(file: Pick<EffectiveConfig, 'tiers' | 'agenticTiers'>): readonly string[] {
  return [file.tiers, file.agenticTiers ?? {}].flatMap((table) =>
    TIERS.flatMap((tier) => {
      const route = table[tier];
      return route === undefined ? [] : [route.primary, ...route.fallback];
    }),
  );
}

function complete(model: StatedModel, source: ModelConfig['source']): ModelConfig {
  const row = PRICE_CATALOGUE.find((candidate) => candidate.id === model.id);
  const ownPrice = model.price !== undefined;
  const kind = model.kind ?? row?.kind ?? 'chat';
  return stated({
    id: model.id,
    provider: providerOf(model.id),
    upstreamName: model.id.slice(model.id.indexOf('/') + 1),
    displayName: model.displayName ?? model.id,
    price: model.price ?? row?.price,
    // Long-context steps belong to the price that they stand beside: the catalogue's never join the file's.
    above: model.above ?? (ownPrice ? [] : (row?.above ?? [])),
    serviceTiers: model.serviceTiers ?? {},
    imageTokens: model.imageTokens ?? DEFAULT_IMAGE_TOKENS,
    aliases: model.aliases ?? [],
    parameters: model.parameters ?? { rename: {}, drop: [], unsupported: [] },
    contextWindow: model.contextWindow ?? row?.contextWindow,
    maxOutput: model.maxOutput ?? row?.maxOutput,
    kind,
    reasoning: model.reasoning ?? row?.reasoning ?? false,
    // What nobody has said of a chat model is left to its provider: a wrong "no" would refuse requests that work.
    vision: model.vision ?? row?.vision ?? kind === 'chat',
    tools: model.tools ?? row?.tools ?? kind === 'chat',
    effectiveFrom: model.effectiveFrom,
    source,
  });
}

/** Look-up of everything that a request may call a model by. */
export interface ModelIndex {
  readonly byId: ReadonlyMap<string, ModelConfig>;
  /** Aliases and bare names -> ids; several ids make a bare name ambiguous. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

/** Builds the index once per configuration. An alias beats a bare name. */
export function compileModelIndex(config: Pick<EffectiveConfig, 'models'>): ModelIndex {
  const byId = new Map(config.models.map((model) => [model.id, model]));
  const byName = new Map<string, readonly string[]>();
  for (const model of config.models)
    byName.set(model.upstreamName, [...(byName.get(model.upstreamName) ?? []), model.id]);
  for (const model of config.models) for (const alias of model.aliases) byName.set(alias, [model.id]);
  return { byId, byName };
}

export type ModelResolution =
  | { readonly outcome: 'found'; readonly id: string }
  | { readonly outcome: 'ambiguous'; readonly ids: readonly string[] }
  | { readonly outcome: 'unknown' };

/** Resolves an id, an alias or a unique bare name, exactly as written. */
export function resolveModel(index: ModelIndex, requested: string): ModelResolution {
  if (index.byId.has(requested)) return { outcome: 'found', id: requested };
  const ids = index.byName.get(requested) ?? [];
  const [id] = ids;
  if (id === undefined) return { outcome: 'unknown' };
  return ids.length === 1 ? { outcome: 'found', id } : { outcome: 'ambiguous', ids };
}
