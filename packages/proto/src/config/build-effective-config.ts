// The overrides layer: file baseline + overrides -> the configuration in force, validated before anything is written.
import { parseStrictJson } from '../json/strict-json.ts';
import type { PolicyRule } from '../policy/policy-rule.ts';
import { isTier, TIERS, type Tier } from '../tier.ts';
import { ConfigReading, type Place } from './config-reading.ts';
import type { ConfigProblem, ConfigWarning, EffectiveConfig, TierRoute } from './config-types.ts';
import { formatPath, type PathStep } from './field-path.ts';
import { finishConfig } from './finish-config.ts';
import type { OverrideEntry, Overrides } from './overrides.ts';
import { CONFIG_JSON_LIMITS, type ParsedBaseline } from './parse-config.ts';
import type { ConfigFile } from './read-config-file.ts';
import { policyRule, principalOrGroup } from './read-policy.ts';
import { tierRoute } from './read-tiers.ts';
import type { Reader } from './read-value.ts';

/** Where the value at a path comes from. */
export type ConfigOrigin = 'file' | 'override';

export type EffectiveBuild =
  | {
      readonly outcome: 'valid';
      readonly config: EffectiveConfig;
      /** For each rule and each tier, by its path; everything that is not listed is the file's. */
      readonly origins: Readonly<Record<string, ConfigOrigin>>;
      readonly warnings: readonly ConfigWarning[];
    }
  | {
      readonly outcome: 'invalid';
      readonly problems: readonly ConfigProblem[];
      readonly warnings: readonly ConfigWarning[];
    };

/** The path of what an override replaces, as problems and origins name it. */
export function overridePath(entry: Pick<OverrideEntry, 'scope' | 'name'>): string {
  return formatPath(overrideSteps(entry));
}

/**
 * Merges the overrides into the baseline and validates the result as a whole. An override replaces the whole rule or
 * route of its name; a null value is none, so that the file's value holds again. Of two for one name the later counts.
 */
export function buildEffectiveConfig(baseline: ParsedBaseline, overrides: Overrides): EffectiveBuild {
  const reading = new ConfigReading();
  const merged = mergeOverrides(baseline.file, overrides, reading);
  const config = finishConfig(merged, reading);
  const { problems, warnings } = reading;
  if (problems.length > 0) return { outcome: 'invalid', problems, warnings };
  return { outcome: 'valid', config, origins: originsOf(merged, overrides), warnings };
}

function mergeOverrides(file: ConfigFile, overrides: Overrides, reading: ConfigReading): ConfigFile {
  const groups = new Map(Object.entries(file.security.policy.groups));
  const users = new Map(Object.entries(file.security.policy.users));
  const tiers = new Map<Tier, TierRoute>(TIERS.map((tier) => [tier, file.tiers[tier]]));
  for (const entry of effectiveEntries(overrides)) {
    const place = reading.root(JSON.stringify(entry.value) ?? '').at(...overrideSteps(entry));
    if (entry.scope === 'tier') setRoute(tiers, entry, place);
    else setRule(entry.scope === 'policy.group' ? groups : users, entry, place);
  }
  const policy = { ...file.security.policy, groups: Object.fromEntries(groups), users: Object.fromEntries(users) };
  return {
    ...file,
    tiers: { ...file.tiers, ...Object.fromEntries(tiers) },
    security: { ...file.security, policy },
  };
}

function effectiveEntries(overrides: Overrides): readonly OverrideEntry[] {
  const last = new Map(overrides.map((entry) => [overridePath(entry), entry]));
  return [...last.values()].filter((entry) => entry.value !== null);
}

function setRoute(tiers: Map<Tier, TierRoute>, entry: OverrideEntry, place: Place): void {
  if (!isTier(entry.name)) {
    place.refuse(`there is no tier "${entry.name}"; there are ${TIERS.join(', ')}`);
    return;
  }
  const route = readOverride(tierRoute, place);
  if (route !== undefined) tiers.set(entry.name, route);
}

function setRule(rules: Map<string, PolicyRule>, entry: OverrideEntry, place: Place): void {
  const name = principalOrGroup({ kind: 'string', start: 0, end: 0, value: entry.name }, place);
  const rule = readOverride(policyRule, place);
  if (name !== undefined && rule !== undefined) rules.set(name, rule);
}

/** Overrides are read by the readers of the file, over their own text. */
function readOverride<T>(reader: Reader<T>, place: Place): T | undefined {
  const parsed = parseStrictJson(place.text, CONFIG_JSON_LIMITS);
  return parsed.outcome === 'parsed' ? reader(parsed.root, place) : place.refuse('is not JSON');
}

function overrideSteps(entry: Pick<OverrideEntry, 'scope' | 'name'>): readonly PathStep[] {
  if (entry.scope === 'tier') return ['tiers', entry.name];
  return ['security', 'policy', entry.scope === 'policy.group' ? 'groups' : 'users', entry.name];
}

function originsOf(merged: ConfigFile, overrides: Overrides): Readonly<Record<string, ConfigOrigin>> {
  const overridden = new Set(effectiveEntries(overrides).map(overridePath));
  const { groups, users } = merged.security.policy;
  const entries = [
    ...Object.keys(groups).map((name) => ({ scope: 'policy.group', name }) as const),
    ...Object.keys(users).map((name) => ({ scope: 'policy.user', name }) as const),
    ...TIERS.map((name) => ({ scope: 'tier', name }) as const),
  ];
  return Object.fromEntries(
    entries.map((entry) => {
      const path = overridePath(entry);
      return [path, overridden.has(path) ? 'override' : 'file'];
    }),
  );
}
