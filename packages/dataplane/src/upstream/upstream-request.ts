// How each provider API wants to be asked: path, query and credential. Nothing of the client's own headers but the
// allow-list gets here.
import type { ProviderConfig } from '@secrouter/proto';
import type { EgressPermit } from './egress-permit.ts';

/** API version of Azure OpenAI when the file names none. */
const AZURE_API_VERSION = '2024-10-21';

export interface UpstreamTarget {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const ENDPOINT_PATHS = { chat: '/chat/completions', embeddings: '/embeddings' } as const;

/** Where one attempt goes and with which credential. */
export function upstreamTarget(
  permit: EgressPermit,
  provider: ProviderConfig,
  endpoint: keyof typeof ENDPOINT_PATHS,
  secret: string | undefined,
): UpstreamTarget {
  const base = new URL(permit.baseUrl);
  const prefix = base.pathname.replace(/\/$/, '');
  if (provider.api === 'azure') {
    const deployment = encodeURIComponent(permit.model.upstreamName);
    const version = encodeURIComponent(provider.apiVersion ?? AZURE_API_VERSION);
    const root = prefix.endsWith('/openai') ? prefix : `${prefix}/openai`;
    return {
      origin: base.origin,
      path: `${root}/deployments/${deployment}${ENDPOINT_PATHS[endpoint]}?api-version=${version}`,
      headers: { ...provider.headers, ...(secret === undefined ? {} : { 'api-key': secret }) },
    };
  }
  return {
    origin: base.origin,
    path: `${prefix}${ENDPOINT_PATHS[endpoint]}`,
    headers: { ...provider.headers, ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }) },
  };
}
