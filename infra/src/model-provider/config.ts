// The environment of the development model provider, parsed once; every problem is reported, not only the first.
import type { ModelProviderOptions } from './start-model-provider.ts';

const DEFAULT_PORT = 18802;
const HIGHEST_PORT = 65_535;
/** Fast enough for tests, slow enough to be seen streaming. */
const CHUNKS_PER_SECOND = 100;

export type ModelProviderConfig = { readonly options: ModelProviderOptions } | { readonly problems: readonly string[] };

/** Reads `SECROUTER_MODEL_PROVIDER_PORT` and `SECROUTER_DEV_PROVIDER_KEY` (absent: no key is demanded). */
export function parseModelProviderConfig(env: NodeJS.ProcessEnv): ModelProviderConfig {
  const problems: string[] = [];
  const text = env.SECROUTER_MODEL_PROVIDER_PORT ?? String(DEFAULT_PORT);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > HIGHEST_PORT) {
    problems.push(`SECROUTER_MODEL_PROVIDER_PORT: found "${text}", expected a port from 0 (any) to ${HIGHEST_PORT}`);
  }
  const apiKey = env.SECROUTER_DEV_PROVIDER_KEY;
  if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
    problems.push('SECROUTER_DEV_PROVIDER_KEY: expected visible ASCII characters, at least one');
  }
  return problems.length > 0 ? { problems } : { options: { port, apiKey, chunksPerSecond: CHUNKS_PER_SECOND } };
}
