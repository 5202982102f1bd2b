// Asks each probed endpoint for its models again and again. The answers close and open the endpoint's circuit like a
// request's would, and say which models are live.
import { isLoopbackHost, type ProviderConfig, type ResilienceConfig } from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { Wait } from './abortable-wait.ts';
import type { AskModels, ProbeTarget } from './ask-models.ts';
import type { Circuits } from './circuits.ts';
import { isHostListed } from './egress-permit.ts';
import type { LiveModels } from './live-models.ts';
import type { ProbeOutcome, ProbeResult } from './model-list.ts';
import type { ProviderCredentials } from './provider-credentials.ts';

/** Loopback servers are started and stopped by hand, and replicas differ: they are probed unless the file says never. */
const DEFAULT_INTERVAL_MS = 30_000;
/** A timer cannot be longer than 24 days. */
const LONGEST_INTERVAL_MS = 86_400_000;
/** Pods that got a snapshot at the same moment do not ask at the same moment. */
const FIRST_PROBE_WITHIN_MS = 1_000;
const JITTER = 0.1;

export interface HealthProbesOptions {
  readonly credentials: Pick<ProviderCredentials, 'secretOf' | 'refused'>;
  readonly ask: AskModels;
  readonly circuits: Circuits;
  readonly liveModels: LiveModels;
  readonly wait: Wait;
  readonly random: () => number;
  readonly onProbe: (provider: string, outcome: ProbeOutcome) => void;
}

interface RunningProbe extends Pick<ProbeTarget, 'name' | 'endpoint'> {
  readonly settings: string;
  readonly ending: AbortController;
}

/** The probes of one applied snapshot; an endpoint whose settings stay the same keeps its rhythm. */
export class HealthProbes {
  readonly #options: HealthProbesOptions;
  readonly #running = new Map<string, RunningProbe>();

  constructor(options: HealthProbesOptions) {
    this.#options = options;
  }

  /** Adapts to a policy: endpoints that are gone are not asked again. */
  configure(policy: CompiledPolicy): void {
    const wanted = new Map(probesOf(policy).map((probe) => [`${probe.target.name} ${probe.target.endpoint}`, probe]));
    for (const [key, { name, endpoint, settings, ending }] of this.#running) {
      if (wanted.get(key)?.settings === settings) continue;
      ending.abort();
      this.#running.delete(key);
      this.#options.liveModels.forget(name, endpoint);
    }
    for (const [key, { target, intervalMs, settings }] of wanted) {
      if (this.#running.has(key)) continue;
      const ending = new AbortController();
      this.#running.set(key, { name: target.name, endpoint: target.endpoint, settings, ending });
      void this.#run(target, intervalMs, ending.signal);
    }
  }

  /** Ends timers and probes. */
  close(): void {
    for (const { ending } of this.#running.values()) ending.abort();
    this.#running.clear();
  }

  async #run(target: ProbeTarget, intervalMs: number, signal: AbortSignal): Promise<void> {
    const { wait, random } = this.#options;
    let delayMs = random() * Math.min(FIRST_PROBE_WITHIN_MS, intervalMs);
    while (await wait(delayMs, signal)) {
      await this.#probe(target, intervalMs, signal);
      delayMs = intervalMs * (1 - JITTER + 2 * JITTER * random());
    }
  }

  async #probe(target: ProbeTarget, intervalMs: number, signal: AbortSignal): Promise<void> {
    const { credentials, ask, circuits, onProbe } = this.#options;
    const { name, provider, endpoint } = target;
    const credential = await credentials.secretOf(provider, () => signal);
    if (signal.aborted) return;
    if (credential.outcome === 'missing') {
      onProbe(name, 'no_credential');
      return;
    }
    if (!circuits.mayProbe(name, endpoint)) return;
    const result = await ask(target, credential.secret, signal);
    if (signal.aborted || result === undefined) return;
    if (result.outcome === 'refused' && result.status === 401) credentials.refused(provider, credential.secret);
    this.#note(target, intervalMs, result);
    onProbe(name, result.outcome === 'failed' ? result.kind : result.outcome);
  }

  #note({ name, provider, endpoint }: ProbeTarget, intervalMs: number, result: ProbeResult): void {
    const { circuits, liveModels } = this.#options;
    if (result.outcome === 'failed') {
      if (result.kind === 'connect' || result.kind === 'tls') circuits.failed({ provider: name, endpoint, model: '' });
      return;
    }
    circuits.reached(name, endpoint);
    if (result.outcome === 'unlisted') liveModels.forget(name, endpoint);
    // Azure lists base models, while requests go to deployments, whose names are the customer's own.
    if (result.outcome === 'listed')
      liveModels.note({ provider: name, endpoint }, result.models, intervalMs, provider.api !== 'azure');
  }
}

/** How often an endpoint is probed; undefined: never. */
export function probeIntervalMs(
  { healthIntervalSeconds }: ResilienceConfig,
  { baseUrls }: ProviderConfig,
  endpoint: string,
): number | undefined {
  if (healthIntervalSeconds === 0) return undefined;
  if (healthIntervalSeconds !== undefined) return Math.min(healthIntervalSeconds * 1_000, LONGEST_INTERVAL_MS);
  return baseUrls.length > 1 || isLoopbackHost(new URL(endpoint).hostname) ? DEFAULT_INTERVAL_MS : undefined;
}

interface WantedProbe {
  readonly target: ProbeTarget;
  readonly intervalMs: number;
  readonly settings: string;
}

function probesOf(policy: CompiledPolicy): readonly WantedProbe[] {
  const { providers, security } = policy.config;
  return Object.entries(providers).flatMap(([name, provider]) =>
    provider.baseUrls.flatMap((endpoint) => {
      const intervalMs = probeIntervalMs(security.resilience, provider, endpoint);
      if (intervalMs === undefined || !isHostListed(policy, name, endpoint)) return [];
      return [{ target: { name, provider, endpoint }, intervalMs, settings: JSON.stringify([intervalMs, provider]) }];
    }),
  );
}
