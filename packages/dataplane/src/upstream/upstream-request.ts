// How each provider API wants to be asked: path, query and credential. Nothing of the client's own headers but the
// allow-list gets here.
import type { ProviderConfig } from '@secrouter/proto';
import type { EgressPermit } from './egress-permit.ts';
import { entraOf } from './entra-token.ts';

/** API version of Azure OpenAI when the file names none. */
const AZURE_API_VERSION = '2024-10-21';

export interface UpstreamTarget {
  readonly origin: string;
  readonly path: string;
  /** The block's own headers and its credential. */
  readonly headers: Readonly<Record<string, string>>;
}

interface HeldTarget {
  readonly secret: string | undefined;
  readonly target: UpstreamTarget;
}

// What an attempt looks like depends on the configuration and the credential alone: worked out once for each block.
const held = new WeakMap<ProviderConfig, Map<string, HeldTarget>>();

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set(['authorization', 'api-key']);
const ENDPOINT_PATHS = { chat: '/chat/completions', embeddings: '/embeddings' } as const;

/** Where one attempt goes and with which credential. */
export function upstreamTarget(
  permit: EgressPermit,
  provider: ProviderConfig,
  endpoint: keyof typeof ENDPOINT_PATHS,
  secret: string | undefined,
): UpstreamTarget {
  const targets = held.get(provider) ?? new Map<string, HeldTarget>();
  const key = `${endpoint} ${permit.baseUrl} ${permit.model.upstreamName}`;
  const known = targets.get(key);
  if (known !== undefined && known.secret === secret) return known.target;
  const deployment = `/deployments/${encodeURIComponent(permit.model.upstreamName)}`;
  const path = `${provider.api === 'azure' ? deployment : ''}${ENDPOINT_PATHS[endpoint]}`;
  const target = targetAt(permit.baseUrl, provider, path, secret);
  targets.set(key, { secret, target });
  held.set(provider, targets);
  return target;
}

/** Where an endpoint lists its models. */
export function modelsTarget(baseUrl: string, provider: ProviderConfig, secret: string | undefined): UpstreamTarget {
  return targetAt(baseUrl, provider, '/models', secret);
}

function targetAt(baseUrl: string, provider: ProviderConfig, path: string, secret: string | undefined): UpstreamTarget {
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/$/, '');
  const headers = ownHeaders(provider, secret);
  if (provider.api !== 'azure') return { origin, path: `${prefix}${path}`, headers };
  const root = prefix.endsWith('/openai') ? prefix : `${prefix}/openai`;
  const version = encodeURIComponent(provider.apiVersion ?? AZURE_API_VERSION);
  return { origin, path: `${root}${path}?api-version=${version}`, headers };
}

/** The block's own headers with its credential. A request never carries two credentials. */
function ownHeaders(provider: ProviderConfig, secret: string | undefined): Readonly<Record<string, string>> {
  if (secret === undefined) return provider.headers;
  const others = Object.entries(provider.headers).filter(([name]) => !CREDENTIAL_HEADERS.has(name.toLowerCase()));
  const isKey = provider.api === 'azure' && entraOf(provider) === undefined;
  return { ...Object.fromEntries(others), ...(isKey ? { 'api-key': secret } : { authorization: `Bearer ${secret}` }) };
}
