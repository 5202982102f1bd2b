// Budgets of all matching rules: personal limits take the largest stated, shared pots stand side by side.
import { type AppliedBudget, EACH_GROUP_POT } from './effective-policy.ts';
import type { MatchedRule } from './merge-policy.ts';
import { BUDGET_DIMENSIONS, type Budget, type BudgetDimension } from './policy-rule.ts';

/**
 * The budgets of a principal. Personal ones: per (window, calendar, filter, dimension) the largest limit that is
 * stated, and a user rule with `budgets` replaces all of them. Shared pots are other people's money too: each applies.
 */
export function mergeBudgets(
  shared: readonly MatchedRule[],
  user: MatchedRule | undefined,
  principalKey: string,
): readonly AppliedBudget[] {
  const rules = user === undefined ? shared : [...shared, user];
  const personal = user?.rule.budgets === undefined ? shared : [user];
  return [...largestPersonal(personal, `user/${principalKey}`), ...rules.flatMap(sharedPots)];
}

interface Candidate {
  readonly budget: Budget;
  readonly origin: string;
}

function largestPersonal(rules: readonly MatchedRule[], pot: string): AppliedBudget[] {
  const candidates = rules.flatMap(({ origin, rule }) =>
    (rule.budgets ?? []).filter((budget) => budget.scope === 'user').map((budget): Candidate => ({ budget, origin })),
  );
  const winners = new Map<string, Candidate>();
  for (const candidate of candidates) {
    for (const dimension of BUDGET_DIMENSIONS) {
      const limit = candidate.budget.limits[dimension];
      if (limit === undefined) continue;
      const key = `${budgetKey(candidate.budget)} ${dimension}`;
      const best = winners.get(key)?.budget.limits[dimension];
      if (best === undefined || limit > best) winners.set(key, candidate);
    }
  }
  // Each budget keeps the limits that won, with its own warnings and mode.
  return candidates.flatMap((candidate) => {
    const isWon = (dimension: BudgetDimension) =>
      winners.get(`${budgetKey(candidate.budget)} ${dimension}`) === candidate;
    const won = BUDGET_DIMENSIONS.filter(isWon).map((dimension) => [dimension, candidate.budget.limits[dimension]]);
    if (won.length === 0) return [];
    return [{ ...candidate.budget, limits: Object.fromEntries(won), pot, origin: candidate.origin }];
  });
}

function sharedPots({ origin, rule }: MatchedRule): AppliedBudget[] {
  return (rule.budgets ?? []).flatMap((budget) => {
    if (budget.scope === 'user') return [];
    if (budget.scope === 'organization') return [{ ...budget, pot: 'organization', origin }];
    return [{ ...budget, pot: origin.startsWith('group/') ? origin : EACH_GROUP_POT, origin }];
  });
}

/** What makes two personal budgets the same limit: window, calendar and filter. */
export function budgetKey(budget: Budget): string {
  const filter = [budget.models, budget.tiers, budget.providers].map((names) => names && [...new Set(names)].sort());
  return JSON.stringify([budget.window, budget.calendar ?? null, ...filter.map((names) => names ?? null)]);
}
