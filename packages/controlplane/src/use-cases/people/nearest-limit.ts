// Which of a person's limits is used most. Pure.
import { type AppliedBudget, BUDGET_DIMENSIONS, type BudgetDimension } from '@secrouter/proto';
import { OVERVIEW_WINDOWS, type OverviewWindow, type WindowUsage } from './read-window-usage.ts';

export interface NearestLimit {
  readonly window: OverviewWindow;
  readonly dimension: BudgetDimension;
  readonly limit: number;
  readonly used: number;
  /** 1 and above: used up. */
  readonly usedShare: number;
}

/** The fullest personal limit over a rolling day or month without filters; undefined when there is none. */
export function findNearestLimit(
  budgets: readonly AppliedBudget[],
  usage: WindowUsage | undefined,
): NearestLimit | undefined {
  const limits = budgets.filter(isComparable).flatMap((budget) =>
    BUDGET_DIMENSIONS.flatMap((dimension) => {
      const limit = budget.limits[dimension];
      const used = usage?.[budget.window][dimension] ?? 0;
      if (limit === undefined) return [];
      return [{ window: budget.window, dimension, limit, used, usedShare: limit === 0 ? 1 : used / limit }];
    }),
  );
  return limits.reduce<NearestLimit | undefined>(
    (fullest, limit) => (fullest === undefined || limit.usedShare > fullest.usedShare ? limit : fullest),
    undefined,
  );
}

function isComparable(budget: AppliedBudget): budget is AppliedBudget & { readonly window: OverviewWindow } {
  const isFiltered = [budget.models, budget.tiers, budget.providers].some((filter) => filter !== undefined);
  const isKnownWindow = (OVERVIEW_WINDOWS as readonly string[]).includes(budget.window);
  return budget.scope === 'user' && budget.calendar === undefined && !isFiltered && isKnownWindow;
}
