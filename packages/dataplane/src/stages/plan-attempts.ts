// Part of stage 8: in which order the candidates and their endpoints are tried. Every candidate is allowed already, and
// each attempt is judged again when it is made.
import type { ModelConfig, ProviderConfig } from '@secrouter/proto';

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
  /** Between 0 and 1. */
  readonly random: () => number;
}

/** Orders the attempts: candidates as the route has them, the endpoints of each by their load. */
export function planAttempts(
  candidates: readonly ModelConfig[],
  providers: Readonly<Record<string, ProviderConfig>>,
  view: EndpointView,
): readonly Attempt[] {
  return candidates.flatMap((model) => {
    const { provider, id } = model;
    const endpoints =
      providers[provider]?.baseUrls.filter((endpoint) => view.isAvailable(provider, endpoint, id)) ?? [];
    return byLoad(endpoints, (endpoint) => view.outstanding(provider, endpoint), view.random).map((endpoint) => ({
      model,
      endpoint,
    }));
  });
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
