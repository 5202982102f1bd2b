// What an effective policy says of one request: its model, its tier, its cost centre and the pots that it draws on.
import { type Tier, tierRank } from '../tier.ts';
import { type AppliedBudget, EACH_GROUP_POT, type EffectivePolicy } from './effective-policy.ts';

export type ModelJudgement =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'denied'; readonly code: 'model_not_allowed' | 'model_not_priced' };

/** Judges a model by the lists alone; a model without a price must not escape a cost budget. Denials win. */
export function judgeModel(policy: EffectivePolicy, modelId: string, hasPrice: boolean): ModelJudgement {
  const isListed = policy.allowedModels === 'all' || policy.allowedModels.includes(modelId);
  if (!isListed || policy.deniedModels.includes(modelId)) return { outcome: 'denied', code: 'model_not_allowed' };
  if (!hasPrice && policy.budgets.some((budget) => isCostBudgetOf(budget, modelId)))
    return { outcome: 'denied', code: 'model_not_priced' };
  return { outcome: 'allowed' };
}

function isCostBudgetOf(budget: AppliedBudget, modelId: string): boolean {
  if (budget.limits.costNanoUsd === undefined) return false;
  if (budget.models !== undefined && !budget.models.includes(modelId)) return false;
  return budget.providers === undefined || budget.providers.includes(providerOf(modelId));
}

/** The provider's name in a `provider/model` id. */
export function providerOf(modelId: string): string {
  const slash = modelId.indexOf('/');
  return slash === -1 ? '' : modelId.slice(0, slash);
}

export type TierJudgement =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'downgraded'; readonly tier: Tier }
  | { readonly outcome: 'denied' };

/**
 * Judges a tier of an `auto` request, chosen by the classifier or by an override. A downgrade takes the highest tier
 * below that the caller may use; where nothing below is allowed, the highest at all.
 */
export function judgeTier(policy: EffectivePolicy, tier: Tier): TierJudgement {
  if (policy.allowedTiers.includes(tier)) return { outcome: 'allowed' };
  if (policy.onViolation === 'deny') return { outcome: 'denied' };
  const below = policy.allowedTiers.filter((allowed) => tierRank(allowed) < tierRank(tier));
  const substitute = below.at(-1) ?? policy.allowedTiers.at(-1);
  return substitute === undefined ? { outcome: 'denied' } : { outcome: 'downgraded', tier: substitute };
}

/** The one group that a request is charged to: what it asks for where that is a group of the caller, else the default. */
export function costCenterFor(policy: EffectivePolicy, requested?: string): string | undefined {
  if (requested !== undefined && policy.costCenters.includes(requested)) return requested;
  return policy.defaultCostCenter;
}

/** The budgets that a request with this cost centre draws on: of group pots only the one that it is charged to. */
export function budgetsOf(policy: EffectivePolicy, costCenter: string | undefined): readonly AppliedBudget[] {
  const charged = costCenter === undefined ? undefined : `group/${costCenter}`;
  return policy.budgets.flatMap((budget) => {
    if (budget.scope !== 'group') return [budget];
    if (charged === undefined) return [];
    if (budget.pot === EACH_GROUP_POT) return [{ ...budget, pot: charged }];
    return budget.pot === charged ? [budget] : [];
  });
}
