// What this pod says of itself: readiness, and the status that goes up to the policy server.
import type { PodStatus } from '@secrouter/proto';
import { SPOOL_ALARM_PART } from '../events/spool.ts';
import type { Readiness } from '../http/routes/operations.ts';
import type { IssuerKeys } from '../policy/issuer-keys.ts';
import type { PolicyClient } from '../policy/policy-client.ts';
import type { PodServices } from '../request/pod-services.ts';
import type { CounterValue } from './pod-metrics.ts';

export interface PodStateOptions {
  readonly services: PodServices;
  readonly issuerKeys: IssuerKeys;
}

/** The state of one pod over its life. */
export class PodState {
  readonly #options: PodStateOptions;
  #policyClient: PolicyClient | undefined;
  #fleet: { pods: number; counters: readonly CounterValue[] } = { pods: 0, counters: [] };
  #isDraining = false;
  #isRefusing = false;

  constructor(options: PodStateOptions) {
    this.#options = options;
    const { services } = options;
    services.metrics.observe(
      'policy_age_seconds',
      'Seconds since the policy was last confirmed',
      () => services.policies.ageSeconds,
    );
    services.metrics.observe(
      'policy_revision',
      'Revision of the policy in force',
      () => services.policies.current?.snapshot.revision ?? 0,
    );
    services.metrics.observe('spool_bytes', 'Bytes in the spool', () => services.spool.bytes);
    services.metrics.observe('event_backlog', 'Events that the queue does not have yet', () => services.events.backlog);
    services.metrics.observe(
      'body_bytes_in_flight',
      'Bytes of request bodies held',
      () => services.bytesInFlight.usedBytes,
    );
    services.metrics.observe('requests_running', 'Requests that run now', () => services.running.size);
  }

  attachPolicyClient(client: PolicyClient): void {
    this.#policyClient = client;
  }

  /** After the grace: new requests are refused. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  startDraining(): void {
    this.#isDraining = true;
    this.#policyClient?.reportStatus();
  }

  startRefusing(): void {
    this.#isRefusing = true;
  }

  /** Own causes make a pod unready; shared trouble only degrades it. */
  readiness(): Readiness {
    const { services } = this.#options;
    const reasons: string[] = [];
    if (services.policies.current === undefined) reasons.push('no_snapshot');
    else if (!this.#hasKeys()) reasons.push('no_keys');
    if (services.policies.isTooOld) reasons.push('policy_too_old');
    if (this.#isDraining) reasons.push('draining');
    if (services.spool.isFull) reasons.push('spool_full');
    return {
      reasons,
      degraded: this.#degraded(),
      policyAgeSeconds: services.policies.current === undefined ? undefined : services.policies.ageSeconds,
    };
  }

  noteFleet(pods: number, counters: readonly CounterValue[]): void {
    this.#fleet = { pods, counters };
  }

  /** The fleet's counters as the policy server last summed them; this pod alone before it has said anything. */
  fleet(): { readonly pods: number; readonly counters: readonly CounterValue[] } {
    return this.#fleet.pods === 0 ? { pods: 1, counters: this.#options.services.metrics.list() } : this.#fleet;
  }

  /** The status message of the policy stream. */
  status(): PodStatus {
    const { services, issuerKeys } = this.#options;
    const { circuits, credentials, liveModels } = services.forwarding;
    const providers = services.policies.current?.config.providers ?? {};
    const readiness = this.readiness();
    const skew = issuerKeys.refreshers.map((refresher) => refresher.status().clockSkewMs ?? 0);
    return {
      state: this.#isDraining ? 'draining' : readiness.reasons.length === 0 ? 'ready' : 'not_ready',
      spoolBytes: String(services.spool.bytes),
      spoolBoundBytes: String(services.spool.maxBytes),
      missingCredentials: [...credentials.missing(providers)],
      circuits: circuits.list().map((circuit) => ({ ...circuit })),
      liveModels: liveModels.report().map(({ provider, endpoint, atMs, models }) => ({
        provider,
        endpoint,
        at: new Date(atMs).toISOString(),
        models: [...models],
      })),
      clockSkewMs: String(Math.round(skew.find((value) => value !== 0) ?? 0)),
      counters: services.metrics.list().map(({ name, label, value }) => ({ name, label, value: String(value) })),
      degraded: [...readiness.degraded],
    };
  }

  #hasKeys(): boolean {
    const { refreshers } = this.#options.issuerKeys;
    return refreshers.length === 0 || refreshers.some((refresher) => refresher.current().outcome === 'usable');
  }

  #degraded(): readonly string[] {
    const { services } = this.#options;
    const { credentials } = services.forwarding;
    const degraded: string[] = [];
    if (services.policies.current?.config.security.enabled === false) degraded.push('security_disabled');
    if (services.store.breaker.state !== 'closed' || !services.store.isConnected) degraded.push('redis');
    if (this.#policyClient?.isConnected !== true) degraded.push('control_plane');
    if (services.spool.bytes > services.spool.maxBytes * SPOOL_ALARM_PART) degraded.push('spool');
    for (const provider of credentials.missing(services.policies.current?.config.providers ?? {}))
      degraded.push(`credential:${provider}`);
    return degraded;
  }
}
