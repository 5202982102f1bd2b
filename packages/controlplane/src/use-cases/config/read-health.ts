// Providers over the fleet: circuits per endpoint, missing credentials, and the models that the pods see live now.
import type { ConsoleContext } from '../../context/console-context.ts';
import { type FleetPod, listPods } from '../../db/config-queries.ts';
import type { ListedModels } from '../../db/fleet-store.ts';
import type { PublishedPolicy } from '../../policy/published-policy.ts';

export interface ProviderHealth {
  readonly provider: string;
  readonly api: string;
  /** `unused` until a pod has reported a circuit of it; otherwise the worst of its endpoints on any live pod. */
  readonly state: string;
  readonly endpoints: readonly EndpointHealth[];
}

export interface EndpointHealth {
  readonly endpoint: string;
  readonly model: string;
  /** How many live pods see it in which state. */
  readonly pods: Readonly<Record<string, number>>;
}

export interface HealthView {
  readonly livePods: number;
  readonly providers: readonly ProviderHealth[];
  /** Names of credentials that some live pod cannot resolve, with the pods. */
  readonly missingCredentials: readonly { readonly name: string; readonly pods: readonly string[] }[];
  readonly degraded: readonly { readonly podId: string; readonly reasons: readonly string[] }[];
}

export interface LiveModelsView {
  /** One row for each endpoint and pod that asked it. */
  readonly providers: readonly (ListedModels & { readonly podId: string })[];
}

/** Worst first: what a person should look at. */
const STATE_ORDER = ['open', 'half_open', 'half-open', 'closed'];

/** Reads the health of all providers. */
export async function readHealth(context: ConsoleContext, published: PublishedPolicy): Promise<HealthView> {
  const live = (await listPods(context.prisma, context.config.cell)).filter((pod) => pod.isLive);
  const names = [...new Set(live.flatMap((pod) => pod.report.missingCredentials ?? []))].sort();
  return {
    livePods: live.length,
    providers: Object.entries(published.config.providers).map(([provider, { api }]) =>
      providerHealth(provider, api, live),
    ),
    missingCredentials: names.map((name) => ({
      name,
      pods: live.filter((pod) => pod.report.missingCredentials?.includes(name)).map((pod) => pod.podId),
    })),
    degraded: live
      .map((pod) => ({ podId: pod.podId, reasons: pod.report.degraded ?? [] }))
      .filter(({ reasons }) => reasons.length > 0),
  };
}

/** Reads which models the pods see at each provider. */
export async function readLiveModels(context: ConsoleContext, published: PublishedPolicy): Promise<LiveModelsView> {
  const pods = await listPods(context.prisma, context.config.cell);
  return { providers: listedModels(pods, Object.keys(published.config.providers)) };
}

/** What live pods report of providers in force, by provider, endpoint and pod. */
export function listedModels(
  pods: readonly Pick<FleetPod, 'podId' | 'isLive' | 'report'>[],
  providers: readonly string[],
): LiveModelsView['providers'] {
  const rows = pods
    .filter(({ isLive }) => isLive)
    .flatMap(({ podId, report }) =>
      (report.liveModels ?? []).map(({ provider, endpoint = '', at = '', models }) => ({
        provider,
        endpoint,
        podId,
        at,
        models: [...models].sort(),
      })),
    );
  const keyOf = ({ provider, endpoint, podId }: (typeof rows)[number]) => `${provider} ${endpoint} ${podId}`;
  return rows
    .filter(({ provider }) => providers.includes(provider))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

function providerHealth(provider: string, api: string, live: readonly FleetPod[]): ProviderHealth {
  const circuits = live.flatMap((pod) => pod.report.circuits ?? []).filter((circuit) => circuit.provider === provider);
  const endpoints = new Map<string, { endpoint: string; model: string; pods: Record<string, number> }>();
  for (const { endpoint, model, state } of circuits) {
    const key = `${endpoint}\n${model}`;
    const row = endpoints.get(key) ?? { endpoint, model, pods: {} };
    row.pods[state] = (row.pods[state] ?? 0) + 1;
    endpoints.set(key, row);
  }
  const states = new Set(circuits.map(({ state }) => state));
  const state = STATE_ORDER.find((name) => states.has(name)) ?? 'unused';
  return { provider, api, state, endpoints: [...endpoints.values()] };
}
