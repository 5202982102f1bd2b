// Part of stage 8: in which order the candidates and their endpoints are tried. Every candidate is allowed already, and
// each attempt is judged again when it is made.
import type { ModelConfig, ProviderConfig } from '@secrouter/proto';
import type { Liveness } from '../upstream/live-models.ts';

/** One model at one endpoint. */
export interface Attempt {
  readonly model: ModelConfig;
  readonly endpoint: string;
}

/** What the pod knows of endpoints at this moment. */
export interface EndpointView {
  /** No circuit stands in the way. */
  readonly isAvailable: (provider: string, endpoint: string, model: string) => boolean;
  /** Requests that it has before it. */
  readonly outstanding: (provider: string, endpoint: string) => number;
  /** Whether it lists the model, by the name that it knows it by. */
  readonly liveness: (provider: string, endpoint: string, upstreamName: string) => Liveness;
  /** Between 0 and 1. */
  readonly random: () => number;
}

/**
 * Orders the attempts: candidates as the route has them, but those that no endpoint has live behind the others; the
 * endpoints of each by their load, but those that do not list the model last. Nothing is dropped: a sure failure is still
 * better than a refusal. A model that the client named is the only candidate, so it stays where it was sent.
 */
export function planAttempts(
  candidates: readonly ModelConfig[],
  providers: Readonly<Record<string, ProviderConfig>>,
  view: EndpointView,
): readonly Attempt[] {
  const plans = candidates.map((model) => planModel(model, providers[model.provider]?.baseUrls ?? [], view));
  const ordered = [...plans.filter(({ isLive }) => isLive), ...plans.filter(({ isLive }) => !isLive)];
  return ordered.flatMap(({ attempts }) => attempts);
}

function planModel(
  model: ModelConfig,
  baseUrls: readonly string[],
  view: EndpointView,
): { readonly isLive: boolean; readonly attempts: readonly Attempt[] } {
  const { provider, id, upstreamName } = model;
  const [only, second] = baseUrls;
  if (only !== undefined && second === undefined) {
    // The usual provider: nothing to order.
    if (!view.isAvailable(provider, only, id)) return { isLive: false, attempts: [] };
    const isLive = view.liveness(provider, only, upstreamName) !== 'not_live';
    return { isLive, attempts: [{ model, endpoint: only }] };
  }
  const endpoints = baseUrls.filter((endpoint) => view.isAvailable(provider, endpoint, id));
  const isLikely = (endpoint: string) => view.liveness(provider, endpoint, upstreamName) !== 'not_live';
  const order = (some: readonly string[]) =>
    byLoad(some, (endpoint) => view.outstanding(provider, endpoint), view.random);
  const likely = order(endpoints.filter(isLikely));
  const unlikely = order(endpoints.filter((endpoint) => !isLikely(endpoint)));
  return { isLive: likely.length > 0, attempts: [...likely, ...unlikely].map((endpoint) => ({ model, endpoint })) };
}

/**
 * The less loaded of two random ones first, then the same of those that are left. Two, not the least of all: pods know
 * only their own load, and would all run to the same replica.
 */
export function byLoad(
  endpoints: readonly string[],
  loadOf: (endpoint: string) => number,
  random: () => number,
): readonly string[] {
  const left = [...endpoints];
  const ordered: string[] = [];
  while (left.length > 1) {
    const one = Math.floor(random() * left.length);
    const other = (one + 1 + Math.floor(random() * (left.length - 1))) % left.length;
    const isOtherIdler = loadOf(left[other] ?? '') < loadOf(left[one] ?? '');
    ordered.push(...left.splice(isOtherIdler ? other : one, 1));
  }
  return [...ordered, ...left];
}
