// The pod's way out: connections, credentials, circuits, and what the probes know of the providers.
import type { Logger } from 'pino';
import { environmentSecret } from './config.ts';
import type { PodMetrics } from './observe/pod-metrics.ts';
import type { CompiledPolicy } from './policy/compile-snapshot.ts';
import type { ForwardDependencies } from './stages/forward.ts';
import { abortableWait } from './upstream/abortable-wait.ts';
import { modelsAsker } from './upstream/ask-models.ts';
import { Circuits, type CircuitTransition } from './upstream/circuits.ts';
import { CredentialStore } from './upstream/credential-store.ts';
import { HealthProbes } from './upstream/health-probes.ts';
import { LiveModels } from './upstream/live-models.ts';
import { OutstandingRequests } from './upstream/outstanding-requests.ts';
import { ProviderCredentials } from './upstream/provider-credentials.ts';
import { UpstreamConnections } from './upstream/upstream-connections.ts';

/** Everything that reaches providers, and lives with the policy in force. */
export interface UpstreamSide {
  readonly forwarding: ForwardDependencies;
  readonly secrets: CredentialStore;
  readonly configure: (policy: CompiledPolicy) => void;
  /** Ends probes and refreshes; connections are closed last, by whoever closes the pod. */
  readonly stop: () => void;
}

/** Builds the way out; nothing is dialled before a policy is in force. */
export function buildUpstream(
  metrics: PodMetrics,
  log: Logger,
  onTransition: (transition: CircuitTransition) => void,
): UpstreamSide {
  const connections = new UpstreamConnections();
  const secrets = new CredentialStore(environmentSecret, Date.now);
  const credentials = openCredentials(secrets, connections, log);
  const circuits = new Circuits(Date.now, onTransition);
  const liveModels = new LiveModels(Date.now);
  const probes = new HealthProbes({
    credentials,
    ask: modelsAsker(connections),
    circuits,
    liveModels,
    wait: abortableWait,
    random: Math.random,
    onProbe: (provider, outcome) => metrics.probed(provider, outcome),
  });
  const onKeyRefused = (provider: string) => {
    metrics.providerFailed(provider);
    log.error({ provider }, 'the provider refuses our key: check its credential');
  };
  const known = { circuits, credentials, liveModels, outstanding: new OutstandingRequests() };
  const withoutStreamUsage = new Set<string>();
  return {
    forwarding: { connections, ...known, random: Math.random, withoutStreamUsage, onKeyRefused },
    secrets,
    configure: (policy) => {
      const { providers, security } = policy.config;
      connections.configure(providers, security.egress.allowlist);
      credentials.configure(providers);
      circuits.configure(security.resilience);
      probes.configure(policy);
    },
    stop: () => {
      probes.close();
      credentials.close();
    },
  };
}

function openCredentials(store: CredentialStore, { postForm }: UpstreamConnections, log: Logger): ProviderCredentials {
  return new ProviderCredentials({
    store,
    post: postForm,
    nowMs: Date.now,
    wait: abortableWait,
    onTokenAttempt: (authority, reading) => {
      if (reading.outcome === 'failed')
        log.warn({ authority, reason: reading.failure }, 'no token could be had for a provider');
    },
  });
}
