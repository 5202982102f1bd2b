// What may be shown of a configuration. Secrets are references already; what remains are values that could hold one.
import type { EffectiveConfig, ProviderConfig } from './config-types.ts';

/** Stands where a value is kept from view. */
export const REDACTED = '[redacted]';

/** The configuration without header values, and without userinfo and queries in addresses of proxies and sinks. */
export function redactConfig(config: EffectiveConfig): EffectiveConfig {
  const providers = Object.entries(config.providers).map(([name, provider]) => [name, redactProvider(provider)]);
  const { audit } = config.security;
  const sinks = audit.checkpoints.sinks.map((sink) => ({ ...sink, target: redactAddress(sink.target) }));
  const checkpoints = { ...audit.checkpoints, sinks };
  return {
    ...config,
    providers: Object.fromEntries(providers),
    security: { ...config.security, audit: { ...audit, checkpoints } },
  };
}

function redactProvider(provider: ProviderConfig): ProviderConfig {
  const headers = Object.fromEntries(Object.keys(provider.headers).map((name) => [name, REDACTED]));
  return {
    ...provider,
    headers,
    ...(provider.proxy === undefined ? {} : { proxy: redactAddress(provider.proxy) }),
  };
}

function redactAddress(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.username === '' && url.password === '' && url.search === '') return address;
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
