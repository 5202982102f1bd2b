// Cross-checks of models, tiers and providers: every name leads somewhere, and every destination is allowed.
import { providerOf } from '../policy/judge-request.ts';
import { TIERS, type Tier } from '../tier.ts';
import type { Place } from './config-reading.ts';
import type { EgressRule, ModelConfig, ProviderConfig, TierRoute } from './config-types.ts';
import { ipOfHost, isPrivateHost, isPrivateOrLoopbackRange, parseIpRange } from './ip-range.ts';
import type { ConfigFile } from './read-config-file.ts';
import { isHostAllowed } from './read-url.ts';

/** Checks what the file names as models, in the list and in the tiers. */
export function checkModels(file: ConfigFile, models: readonly ModelConfig[], root: Place): void {
  checkStatedModels(file, models, root.at('models'));
  checkTierTable(file.tiers, file, models, root.at('tiers'));
  checkTierTable(file.agenticTiers ?? {}, file, models, root.at('agenticTiers'));
  const embedding = file.embeddings.default;
  if (embedding === undefined) return;
  const at = root.at('embeddings', 'default');
  requireProvider(embedding, file, at);
  if (models.find((model) => model.id === embedding)?.kind === 'chat') at.refuse(`"${embedding}" is a chat model`);
}

function checkStatedModels(file: ConfigFile, models: readonly ModelConfig[], place: Place): void {
  const ids = new Set(models.map((model) => model.id));
  const owners = new Map<string, string>();
  const seen = new Set<string>();
  file.statedModels.forEach((model, index) => {
    const at = place.at(index);
    if (seen.has(model.id)) at.at('id').refuse(`"${model.id}" is listed twice`);
    seen.add(model.id);
    if (model.id !== '' && !Object.hasOwn(file.providers, providerOf(model.id)))
      at.at('id').advise(`there is no provider "${providerOf(model.id)}": the model is not offered`);
    model.aliases?.forEach((alias, position) => {
      const owner = owners.get(alias);
      if (owner !== undefined && owner !== model.id)
        at.at('aliases', position).refuse(`is also an alias of "${owner}"`);
      if (ids.has(alias) && alias !== model.id) at.at('aliases', position).refuse('is the id of another model');
      owners.set(alias, model.id);
    });
  });
}

function checkTierTable(
  table: Readonly<Partial<Record<Tier, TierRoute>>>,
  file: ConfigFile,
  models: readonly ModelConfig[],
  place: Place,
): void {
  const embeddings = new Set(models.filter((model) => model.kind === 'embedding').map((model) => model.id));
  const check = (id: string, at: Place) => {
    requireProvider(id, file, at);
    if (embeddings.has(id)) at.refuse(`"${id}" is an embedding model and cannot answer a chat`);
  };
  for (const tier of TIERS) {
    const route = table[tier];
    if (route === undefined) continue;
    check(route.primary, place.at(tier, 'primary'));
    route.fallback.forEach((id, index) => {
      check(id, place.at(tier, 'fallback', index));
    });
  }
}

function requireProvider(id: string, file: ConfigFile, at: Place): void {
  // An empty id is a stand-in for one that was refused already.
  if (id !== '' && !Object.hasOwn(file.providers, providerOf(id)))
    at.refuse(`"${id}" names the provider "${providerOf(id)}", which is not configured`);
}

/** Checks every base URL against the allow-list (P37) and every rule against the providers. */
export function checkDestinations(file: ConfigFile, root: Place): void {
  const rules = file.security.egress.allowlist;
  for (const [name, provider] of Object.entries(file.providers)) {
    const own = rules.filter((rule) => rule.provider === name);
    provider.baseUrls.forEach((baseUrl, index) => {
      const at = root.at('providers', name, 'baseUrl', ...(provider.baseUrls.length > 1 ? [index] : []));
      checkDestination(new URL(baseUrl), own, at);
    });
  }
  const place = root.at('security', 'egress', 'allowlist');
  rules.forEach((rule, index) => {
    if (rule.provider !== '' && !Object.hasOwn(file.providers, rule.provider))
      place.at(index, 'provider').advise(`there is no provider "${rule.provider}": the rule allows nothing`);
    adviseOnRanges(rule, file.providers[rule.provider], place.at(index));
    if (rule.authorizedClassifications.length === 0)
      place.at(index, 'authorizedClassifications').advise('is empty: the destination is cleared for nothing');
  });
}

function checkDestination(url: URL, rules: readonly EgressRule[], at: Place): void {
  const allowing = rules.filter((rule) => rule.allowedHosts.some((entry) => isHostAllowed(entry, url)));
  if (allowing.length === 0) {
    // A number that reads like a name must not become a way in: literals have to be listed as what they parse to.
    if (ipOfHost(url.hostname) !== undefined || url.hostname === 'localhost') {
      at.refuse(`means ${url.host}, which no egress rule of this provider lists as allowedHost`);
      return;
    }
    at.advise(`no egress rule of this provider lists ${url.host}: nothing can reach it`);
  }
  const isFenced = allowing.some((rule) => rule.allowedCidrs.length > 0 && rule.allowedCidrs.every(isPrivateRange));
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname) && !isFenced)
    at.refuse('http is for private and loopback hosts: use https, or allow only private ranges in allowedCidrs');
}

function isPrivateRange(range: string): boolean {
  const parsed = parseIpRange(range);
  return parsed !== undefined && isPrivateOrLoopbackRange(parsed);
}

/** A name inside one's own network should say where that is; public names are left alone. */
function adviseOnRanges(rule: EgressRule, provider: ProviderConfig | undefined, at: Place): void {
  const names = rule.allowedHosts.map((entry) => entry.replace(/:\d+$/, ''));
  const isInside = names.some((name) => ipOfHost(name) === undefined && name !== 'localhost' && isPrivateHost(name));
  if (provider !== undefined && isInside && rule.allowedCidrs.length === 0)
    at.at('allowedCidrs').advise(
      'a private name may resolve to any public or private address: name its range, e.g. "10.0.0.0/8"',
    );
}
