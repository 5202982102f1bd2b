// The one merge of policy rules, used by the pods, the preview and the tests: default, groups, user -> EffectivePolicy.
// Grants are united, denials and floors accumulate, the user rule replaces the fields that it states.
import type { ClassificationConfig, SecurityConfig } from '../config/config-types.ts';
import { TIERS, type Tier, tierRank } from '../tier.ts';
import type { EffectivePolicy, RuleOrigin } from './effective-policy.ts';
import { mergeBudgets } from './merge-budgets.ts';
import { type PolicyRule, ROLES, type Role } from './policy-rule.ts';

/** What the merge needs to know of a principal. */
export interface PolicyPrincipal {
  /** `<sub>`, or `<issuer alias>#<sub>` from the second issuer on. */
  readonly key: string;
  readonly groups: readonly string[];
  /** A listed service subject: text overrides are off unless a rule says otherwise. */
  readonly service?: boolean;
}

/** A rule that matched, with its name. */
export interface MatchedRule {
  readonly origin: RuleOrigin;
  readonly rule: PolicyRule;
}

/** The rules that match, in the order default, groups (sorted), user. */
interface Matching {
  /** Default and groups: united. */
  readonly shared: readonly MatchedRule[];
  readonly user?: MatchedRule;
}

export type PolicyMerge =
  | { readonly outcome: 'granted'; readonly policy: EffectivePolicy }
  | { readonly outcome: 'none' };

/** What the merge reads of the configuration. */
export type PolicySource = Pick<SecurityConfig, 'policy' | 'billingOrder' | 'classification'>;

/** The governing policy of a principal; `none` when there is no default and no rule matches (403 `not_authorized`). */
export function mergePolicy(source: PolicySource, principal: PolicyPrincipal): PolicyMerge {
  const groups = [...new Set(principal.groups)].sort();
  const matching = matchRules(source, principal.key, groups);
  const all = matching.user === undefined ? matching.shared : [...matching.shared, matching.user];
  if (all.length === 0) return { outcome: 'none' };

  const costCenter = defaultCostCenter(source, groups);
  return {
    outcome: 'granted',
    policy: {
      matchedRules: all.map((matched) => matched.origin),
      ...mergeRights(matching),
      allowedTiers: mergeTiers(matching),
      allowedModels: mergeAllowedModels(matching),
      deniedModels: [...new Set(all.flatMap((matched) => matched.rule.deniedModels ?? []))].sort(),
      ...mergeChoices(matching, principal.service === true),
      ...mergeClassification(matching, source.classification),
      ...mergeCaps(matching),
      budgets: mergeBudgets(matching.shared, matching.user, principal.key),
      costCenters: groups,
      ...(costCenter === undefined ? {} : { defaultCostCenter: costCenter }),
      origins: originsOf(all),
    },
  };
}

function matchRules(source: PolicySource, key: string, groups: readonly string[]): Matching {
  const shared: MatchedRule[] = [];
  if (source.policy.default !== undefined) shared.push({ origin: 'default', rule: source.policy.default });
  for (const group of groups) {
    const rule = ownRule(source.policy.groups, group);
    if (rule !== undefined) shared.push({ origin: `group/${group}`, rule });
  }
  const rule = ownRule(source.policy.users, key);
  return rule === undefined ? { shared } : { shared, user: { origin: `user/${key}`, rule } };
}

// A subject may be called `constructor`: inherited properties are no rules.
function ownRule(rules: Readonly<Record<string, PolicyRule>>, name: string): PolicyRule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

function mergeRights(matching: Matching): Pick<EffectivePolicy, 'admin' | 'roles'> {
  const user = matching.user?.rule;
  let roles = user?.roles ?? matching.shared.flatMap((matched) => matched.rule.roles ?? []);
  // A user rule's `admin: false` is the last word, whichever field of a group granted it.
  if (user?.admin === false) roles = roles.filter((role) => role !== 'admin');
  const admin =
    (user?.admin ?? matching.shared.some((matched) => matched.rule.admin === true)) || roles.includes('admin');
  const held: readonly Role[] = admin ? ROLES : ROLES.filter((role) => roles.includes(role));
  return { admin, roles: held };
}

function mergeTiers(matching: Matching): readonly Tier[] {
  const user = matching.user?.rule;
  const granted =
    user?.allowedTiers === undefined ? matching.shared.flatMap((matched) => tiersOf(matched.rule)) : user.allowedTiers;
  return TIERS.filter((tier) => granted.includes(tier) && isBelow(tier, user?.maxTier));
}

/** A rule's own tiers cut at its own ceiling; a rule that names no tiers adds none. */
function tiersOf(rule: PolicyRule): readonly Tier[] {
  return (rule.allowedTiers ?? []).filter((tier) => isBelow(tier, rule.maxTier));
}

function isBelow(tier: Tier, ceiling: Tier | undefined): boolean {
  return ceiling === undefined || tierRank(tier) <= tierRank(ceiling);
}

function mergeAllowedModels(matching: Matching): readonly string[] | 'all' {
  const stated = matching.user?.rule.allowedModels;
  if (stated !== undefined) return [...new Set(stated)].sort();
  const floor = matching.shared.find((matched) => matched.origin === 'default');
  if (floor !== undefined && floor.rule.allowedModels === undefined) return 'all';
  return [...new Set(matching.shared.flatMap((matched) => matched.rule.allowedModels ?? []))].sort();
}

function mergeChoices(
  matching: Matching,
  isService: boolean,
): Pick<EffectivePolicy, 'onViolation' | 'inlineOverrides' | 'hostedTools' | 'remoteContent'> {
  const user = matching.user?.rule;
  const isStated = (test: (rule: PolicyRule) => boolean) => matching.shared.some((matched) => test(matched.rule));
  const sharedOverrides = isStated((rule) => rule.inlineOverrides === true)
    ? true
    : isStated((rule) => rule.inlineOverrides === false)
      ? false
      : !isService;
  return {
    onViolation: user?.onViolation ?? (isStated((rule) => rule.onViolation === 'downgrade') ? 'downgrade' : 'deny'),
    inlineOverrides: user?.inlineOverrides ?? sharedOverrides,
    hostedTools: user?.hostedTools ?? isStated((rule) => rule.hostedTools === true),
    remoteContent: user?.remoteContent ?? isStated((rule) => rule.remoteContent === true),
  };
}

function mergeClassification(
  matching: Matching,
  classification: ClassificationConfig,
): Pick<EffectivePolicy, 'maxClassification' | 'defaultClassification'> {
  const user = matching.user?.rule;
  // The default rule's silence counts as the configured default class, so that a group can only widen the clearance.
  const base = matching.shared.find((matched) => matched.origin === 'default')?.rule.maxClassification;
  const stated = matching.shared.flatMap((matched) => matched.rule.maxClassification ?? []);
  const clearance = user?.maxClassification ?? highest(classification, [base ?? classification.default, ...stated]);
  // A floor protects data, so it accumulates like a denial: the highest stated one holds.
  const floors = matching.shared.flatMap((matched) => matched.rule.defaultClassification ?? []);
  const floor = user?.defaultClassification ?? highest(classification, floors);
  return {
    maxClassification: clearance ?? classification.default,
    ...(floor === undefined ? {} : { defaultClassification: floor }),
  };
}

function highest(classification: ClassificationConfig, levels: readonly string[]): string | undefined {
  const rank = (level: string) => classification.levels.indexOf(level);
  return levels.reduce<string | undefined>(
    (found, level) => (found === undefined || rank(level) > rank(found) ? level : found),
    undefined,
  );
}

const CAPS = ['maxOutputTokens', 'defaultMaxOutputTokens', 'maxConcurrentRequests'] as const;
type Cap = (typeof CAPS)[number];

/** The largest that is stated; silence says nothing, as with budgets. */
function mergeCaps(matching: Matching): Pick<EffectivePolicy, Cap> {
  const caps: Partial<Record<Cap, number>> = {};
  for (const cap of CAPS) {
    const stated = matching.shared.flatMap((matched) => matched.rule[cap] ?? []);
    const value = matching.user?.rule[cap] ?? (stated.length === 0 ? undefined : Math.max(...stated));
    if (value !== undefined) caps[cap] = value;
  }
  return caps;
}

function defaultCostCenter(source: PolicySource, groups: readonly string[]): string | undefined {
  return (
    source.billingOrder.find((group) => groups.includes(group)) ??
    groups.find((group) => ownRule(source.policy.groups, group) !== undefined)
  );
}

/** For each field, the rules that stated it; the preview shows where a value comes from. */
function originsOf(rules: readonly MatchedRule[]): Readonly<Record<string, readonly RuleOrigin[]>> {
  const origins = new Map<string, RuleOrigin[]>();
  for (const { origin, rule } of rules) {
    for (const field of Object.keys(rule)) origins.set(field, [...(origins.get(field) ?? []), origin]);
  }
  return Object.fromEntries(origins);
}
