// Cross-checks of the policy: labels that exist, rules that have an effect, budgets that can be counted.
import { grantsAdminToSomebody } from '../policy/last-admin.ts';
import type { PolicyConfig, PolicyRule } from '../policy/policy-rule.ts';
import type { Place } from './config-reading.ts';
import type { ModelConfig } from './config-types.ts';
import type { ConfigFile } from './read-config-file.ts';

/** Every rule with its place. */
function rulesOf(policy: PolicyConfig, place: Place): readonly (readonly [PolicyRule, Place])[] {
  const layer = (rules: Readonly<Record<string, PolicyRule>>, at: Place) =>
    Object.entries(rules).map(([name, rule]) => [rule, at.at(name)] as const);
  const floor = policy.default === undefined ? [] : [[policy.default, place.at('default')] as const];
  return [...floor, ...layer(policy.groups, place.at('groups')), ...layer(policy.users, place.at('users'))];
}

/** Checks the policy against itself and against what the rest of the file names. */
export function checkPolicy(file: ConfigFile, models: readonly ModelConfig[], root: Place): void {
  const { policy } = file.security;
  const place = root.at('security', 'policy');
  const rules = rulesOf(policy, place);
  checkLabels(file, rules, root);
  adviseOnListsWithoutEffect(policy, place);
  adviseOnPrices(rules, models, root.at('models'));
  for (const [rule, at] of rules) adviseOnFilters(rule, file, at);
  adviseOnCeilings(policy, place);
  if (!file.security.enabled) return;
  if (rules.length === 0) place.advise('has no rule: everybody is refused (403 not_authorized)');
  else if (!rules.some(([rule]) => (rule.allowedTiers ?? []).length > 0))
    place.advise('no rule states allowedTiers: requests for "auto" are refused to everybody');
  if (!grantsAdminToSomebody(policy)) place.advise('no rule grants admin: nobody can use the console');
}

function checkLabels(file: ConfigFile, rules: readonly (readonly [PolicyRule, Place])[], root: Place): void {
  const { levels } = file.security.classification;
  const check = (label: string | undefined, at: Place) => {
    if (label === undefined || levels.includes(label)) return;
    if (file.hasLadder) at.refuse(`"${label}" is not one of security.classification.levels: ${levels.join(', ')}`);
    else at.advise(`"${label}" clears nothing: there is no security.classification that ranks it`);
  };
  for (const [rule, at] of rules) {
    check(rule.maxClassification, at.at('maxClassification'));
    check(rule.defaultClassification, at.at('defaultClassification'));
  }
  file.security.egress.allowlist.forEach((rule, index) => {
    rule.authorizedClassifications.forEach((label, position) => {
      check(label, root.at('security', 'egress', 'allowlist', index, 'authorizedClassifications', position));
    });
  });
}

function adviseOnListsWithoutEffect(policy: PolicyConfig, place: Place): void {
  if (policy.default === undefined || policy.default.allowedModels !== undefined) return;
  for (const [name, rule] of Object.entries(policy.groups)) {
    if (rule.allowedModels !== undefined)
      place
        .at('groups', name, 'allowedModels')
        .advise('has no effect: the default rule states no list, so all models are allowed');
  }
}

/** A ceiling cuts its own rule's tiers; only in a user rule does it cut what the others gave. */
function adviseOnCeilings(policy: PolicyConfig, place: Place): void {
  const advise = (rule: PolicyRule | undefined, at: Place) => {
    if (rule?.maxTier !== undefined && rule.allowedTiers === undefined)
      at.at('maxTier').advise('has no effect here: it cuts the allowedTiers of its own rule, and there are none');
  };
  advise(policy.default, place.at('default'));
  for (const [name, rule] of Object.entries(policy.groups)) advise(rule, place.at('groups', name));
}

function adviseOnPrices(
  rules: readonly (readonly [PolicyRule, Place])[],
  models: readonly ModelConfig[],
  place: Place,
): void {
  const hasCostBudget = rules.some(([rule]) => rule.budgets?.some((budget) => budget.limits.costNanoUsd !== undefined));
  const unpriced = models.filter((model) => model.price === undefined).map((model) => model.id);
  if (hasCostBudget && unpriced.length > 0)
    place.advise(`no price for ${unpriced.join(', ')}: refused to callers with a cost budget (403 model_not_priced)`);
}

function adviseOnFilters(rule: PolicyRule, file: ConfigFile, at: Place): void {
  rule.budgets?.forEach((budget, index) => {
    budget.providers?.forEach((name, position) => {
      if (!Object.hasOwn(file.providers, name))
        at.at('budgets', index, 'providers', position).advise(`there is no provider "${name}"`);
    });
  });
}
