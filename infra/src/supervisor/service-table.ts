// The Node processes of the system: what each runs, with which environment, when it counts as ready, how long it may
// take to end. The files named here belong to the packages.

import { POD_NODE_FLAGS } from '../pod-node-flags.ts';
import {
  aggregatorEnvironment,
  consoleEnvironment,
  identityProviderEnvironment,
  modelProviderEnvironment,
  type PodPlace,
  podEnvironment,
  policyServerEnvironment,
  type Wiring,
} from './child-environment.ts';
import type { CloseGroup } from './close-order.ts';
import type { LogFollower } from './log-follower.ts';
import { usesTls } from './read-settings.ts';
import { httpReady, messageReady, type Readiness, tcpReady } from './readiness.ts';

const LOOPBACK = '127.0.0.1';
/** Above the pod's own drain time. */
const POD_STOP_TIMEOUT_MS = 8_000;
const STOP_TIMEOUT_MS = 4_000;
export const MIGRATE_SCRIPT = 'packages/controlplane/src/migrate/main.ts';

export interface ServiceRow {
  readonly name: string;
  readonly group: CloseGroup;
  readonly script: string;
  /** Flags of its Node, where it needs some. */
  readonly nodeFlags?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly stopTimeoutMs: number;
  readonly isReady: (log: LogFollower) => Readiness;
  /** Said when it serves. */
  readonly address: string;
}

/** The development providers that the configuration refers to. */
export function providerRows(wiring: Wiring): readonly ServiceRow[] {
  const { settings } = wiring;
  const idp = `http://${LOOPBACK}:${settings.ports.identityProvider}`;
  const models = `http://${LOOPBACK}:${settings.ports.modelProvider}`;
  const identityProvider: ServiceRow = {
    name: 'identity-provider',
    group: 'providers',
    script: 'infra/src/identity-provider/main.ts',
    environment: identityProviderEnvironment(wiring),
    stopTimeoutMs: STOP_TIMEOUT_MS,
    isReady: () => httpReady(`${idp}/.well-known/openid-configuration`),
    address: idp,
  };
  const modelProvider: ServiceRow = {
    name: 'model-provider',
    group: 'providers',
    script: 'infra/src/model-provider/main.ts',
    environment: modelProviderEnvironment(wiring),
    stopTimeoutMs: STOP_TIMEOUT_MS,
    isReady: () => httpReady(`${models}/health`),
    address: models,
  };
  return [
    ...(settings.runsIdentityProvider ? [identityProvider] : []),
    ...(settings.runsModelProvider ? [modelProvider] : []),
  ];
}

/** The control plane's processes. */
export function controlPlaneRows(wiring: Wiring): readonly ServiceRow[] {
  const { ports } = wiring.settings;
  return [
    {
      name: 'policy-server',
      group: 'policy-server',
      script: 'packages/controlplane/src/policy-server/main.ts',
      environment: policyServerEnvironment(wiring),
      stopTimeoutMs: STOP_TIMEOUT_MS,
      isReady: () => tcpReady(ports.policy),
      address: `${LOOPBACK}:${ports.policy} (gRPC)`,
    },
    {
      name: 'aggregator',
      group: 'aggregator',
      script: 'packages/controlplane/src/aggregator/main.ts',
      environment: aggregatorEnvironment(wiring),
      stopTimeoutMs: STOP_TIMEOUT_MS,
      isReady: (log) => messageReady(log, 'aggregator ready'),
      address: 'no listener',
    },
    {
      name: 'console',
      group: 'console',
      script: 'packages/controlplane/scripts/console.ts',
      environment: consoleEnvironment(wiring),
      stopTimeoutMs: STOP_TIMEOUT_MS,
      isReady: () => httpReady(`http://${LOOPBACK}:${ports.console}/admin/api/ready`),
      address: `http://${LOOPBACK}:${ports.console}/admin`,
    },
  ];
}

/** One data-plane pod. */
export function podRow(wiring: Wiring, place: PodPlace): ServiceRow {
  return {
    name: place.podId,
    group: 'pods',
    script: 'packages/dataplane/src/main.ts',
    nodeFlags: POD_NODE_FLAGS,
    environment: podEnvironment(wiring, place),
    stopTimeoutMs: POD_STOP_TIMEOUT_MS,
    // Its own certificate need not name the loopback address: behind TLS a connection is the sign.
    isReady: () =>
      usesTls(wiring.settings)
        ? tcpReady(place.port)
        : httpReady(`http://${probeHost(place.bindAddress)}:${place.port}/ready`),
    address: `${place.bindAddress}:${place.port}`,
  };
}

function probeHost(bindAddress: string): string {
  if (bindAddress === '0.0.0.0' || bindAddress === '::') return LOOPBACK;
  return bindAddress.includes(':') ? `[${bindAddress}]` : bindAddress;
}
