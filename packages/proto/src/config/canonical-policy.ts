// Names of models in policies become ids, so that a policy judges the target whatever a request calls it by.
import type { Budget, PolicyConfig, PolicyRule } from '../policy/policy-rule.ts';
import type { Place } from './config-reading.ts';
import { type ModelIndex, resolveModel } from './known-models.ts';
import { stated } from './object-reader.ts';

/** The policy with canonical model ids; ambiguous names are problems, unknown ones are kept and warned about. */
export function canonicalPolicy(policy: PolicyConfig, index: ModelIndex, place: Place): PolicyConfig {
  const canonicalRules = (rules: Readonly<Record<string, PolicyRule>>, at: Place) =>
    Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, canonicalRule(rule, index, at.at(name))]));
  return stated({
    default: policy.default && canonicalRule(policy.default, index, place.at('default')),
    groups: canonicalRules(policy.groups, place.at('groups')),
    users: canonicalRules(policy.users, place.at('users')),
  });
}

function canonicalRule(rule: PolicyRule, index: ModelIndex, place: Place): PolicyRule {
  const names = (list: readonly string[] | undefined, at: Place) => list && canonicalNames(list, index, at);
  const budgets = rule.budgets?.map((budget, position): Budget => {
    const models = names(budget.models, place.at('budgets', position, 'models'));
    return models === undefined ? budget : { ...budget, models };
  });
  return stated({
    ...rule,
    allowedModels: names(rule.allowedModels, place.at('allowedModels')),
    deniedModels: names(rule.deniedModels, place.at('deniedModels')),
    budgets,
  });
}

function canonicalNames(names: readonly string[], index: ModelIndex, place: Place): readonly string[] {
  const ids = names.map((name, position) => {
    const resolution = resolveModel(index, name);
    if (resolution.outcome === 'found') return resolution.id;
    const at = place.at(position);
    if (resolution.outcome === 'ambiguous') at.refuse(`"${name}" means several models: ${resolution.ids.join(', ')}`);
    else at.advise(`"${name}" is no known model`);
    return name;
  });
  return [...new Set(ids)];
}
