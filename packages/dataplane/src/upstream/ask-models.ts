// Sends one health probe through the provider's own pool: its address rules, its certificates, its credential.
import type { ProviderConfig } from '@secrouter/proto';
import { judgeProbe, MAX_LIST_BYTES, type ProbeResult } from './model-list.ts';
import { readBounded } from './read-bounded.ts';
import type { UpstreamConnections } from './upstream-connections.ts';
import { upstreamFailure } from './upstream-failure.ts';
import { modelsTarget } from './upstream-request.ts';

export const PROBE_TIMEOUT_MS = 5_000;

/** One endpoint of a provider. */
export interface ProbeTarget {
  readonly name: string;
  readonly provider: ProviderConfig;
  readonly endpoint: string;
}

/** Asks an endpoint for its models; undefined where the provider has no connections. */
export type AskModels = (
  target: ProbeTarget,
  secret: string | undefined,
  signal: AbortSignal,
) => Promise<ProbeResult | undefined>;

/** The real one. */
export function modelsAsker(connections: UpstreamConnections): AskModels {
  return async ({ name, provider, endpoint }, secret, signal) => {
    const dispatcher = connections.dispatcherOf(name);
    if (dispatcher === undefined) return undefined;
    const { origin, path, headers } = modelsTarget(endpoint, provider, secret);
    // 5 s to connect and 5 s to answer: a connection that does not come is told from an answer that does not.
    const timeoutMs = PROBE_TIMEOUT_MS + Math.min(provider.timeouts.connectMs, PROBE_TIMEOUT_MS);
    try {
      const answer = await dispatcher.request({
        origin,
        path,
        method: 'GET',
        headers: { ...headers, accept: 'application/json' },
        headersTimeout: PROBE_TIMEOUT_MS,
        bodyTimeout: PROBE_TIMEOUT_MS,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      return judgeProbe(answer.statusCode, await readBounded(answer.body, MAX_LIST_BYTES + 1));
    } catch (error) {
      return { outcome: 'failed', kind: upstreamFailure(error).kind };
    }
  };
}
