// One more provider of a test's configuration, cleared like the development provider and open to the power user.
import type { ConfigJson } from './fleet.ts';

/** Adds the provider with one chat model, `<name>/small`. */
export function addProvider(config: ConfigJson, name: string, settings: { readonly baseUrl: string | string[] }): void {
  config.providers[name] = { api: 'openai', ...settings };
  config.models.push({ ...config.models[0], id: `${name}/small` });
  const allowedHost = [settings.baseUrl].flat().map((url) => new URL(url).host);
  const [first] = config.security.egress.allowlist;
  config.security.egress.allowlist.push({ ...first, provider: name, allowedHost });
  config.security.policy.groups['secrouter-power-users'].allowedModels.push(`${name}/small`);
}
