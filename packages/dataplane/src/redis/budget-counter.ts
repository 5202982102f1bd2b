// Which counters one request touches: every stated limit of every budget that applies to it, as numbers for the script.
import type { AppliedBudget, BudgetDimension, BudgetWindow, EffectivePolicy } from '@secrouter/proto';
import { calendarPeriod } from './calendar-period.ts';

/** At most this many counters a request. */
export const MAX_COUNTERS = 32;

/** Bucket length and count of the rolling windows: never over-admits, under-admits by at most one bucket. */
const ROLLING: Readonly<Record<'minute' | 'hour' | 'day' | 'month', { bucketMs: number; buckets: number }>> = {
  minute: { bucketMs: 1_000, buckets: 60 },
  hour: { bucketMs: 60_000, buckets: 60 },
  day: { bucketMs: 900_000, buckets: 96 },
  month: { bucketMs: 21_600_000, buckets: 120 },
};

/** One counter of one request. */
export interface BudgetCounter {
  readonly id: string;
  readonly budget: AppliedBudget | undefined;
  readonly dimension: BudgetDimension | 'concurrency';
  readonly limit: number;
  /** 0 for a concurrency counter, -1 for a calendar period. */
  readonly bucketMs: number;
  readonly buckets: number;
  readonly periodStartMs: number;
  readonly periodEndMs: number;
}

/** What the budgets' filters look at. */
export interface BudgetTarget {
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
}

/** The counters of a request, in the order of the policy's budgets, the concurrency counter last. */
export function countersFor(
  policy: EffectivePolicy,
  principal: string,
  target: BudgetTarget | undefined,
  nowMs: number,
): readonly BudgetCounter[] {
  const counters: BudgetCounter[] = [];
  for (const budget of policy.budgets) {
    if (target !== undefined && !appliesTo(budget, target)) continue;
    for (const [dimension, limit] of Object.entries(budget.limits) as [BudgetDimension, number][]) {
      counters.push(counterOf(budget, dimension, limit, nowMs));
    }
  }
  if (policy.maxConcurrentRequests !== undefined)
    counters.push(concurrencyCounter(principal, policy.maxConcurrentRequests));
  if (counters.length > MAX_COUNTERS) throw new RangeError(`more than ${MAX_COUNTERS} budget counters for one request`);
  return counters;
}

function appliesTo(budget: AppliedBudget, target: BudgetTarget): boolean {
  if (budget.models !== undefined && !budget.models.includes(target.model)) return false;
  if (budget.providers !== undefined && !budget.providers.includes(target.provider)) return false;
  return budget.tiers === undefined || (budget.tiers as readonly string[]).includes(target.tier);
}

function counterOf(budget: AppliedBudget, dimension: BudgetDimension, limit: number, nowMs: number): BudgetCounter {
  const shared = { budget, dimension, limit };
  const name = [budget.pot, dimension, filterName(budget)].filter((part) => part !== '').join('|');
  if (budget.calendar === undefined && isRolling(budget.window)) {
    const { bucketMs, buckets } = ROLLING[budget.window];
    return { ...shared, id: `${name}|${budget.window}`, bucketMs, buckets, periodStartMs: 0, periodEndMs: 0 };
  }
  const period = calendarPeriod(budget.window, budget.calendar ?? 'UTC', nowMs);
  return {
    ...shared,
    id: `${name}|${budget.window}@${budget.calendar ?? 'UTC'}|${period.startMs}`,
    bucketMs: -1,
    buckets: 0,
    periodStartMs: period.startMs,
    periodEndMs: period.endMs,
  };
}

function concurrencyCounter(principal: string, limit: number): BudgetCounter {
  const id = `user/${principal}|concurrency`;
  return {
    id,
    budget: undefined,
    dimension: 'concurrency',
    limit,
    bucketMs: 0,
    buckets: 0,
    periodStartMs: 0,
    periodEndMs: 0,
  };
}

function isRolling(window: BudgetWindow): window is 'minute' | 'hour' | 'day' | 'month' {
  return window === 'minute' || window === 'hour' || window === 'day' || window === 'month';
}

// Two budgets with other filters count other requests, so they are other counters.
function filterName(budget: AppliedBudget): string {
  const parts = [budget.models ?? [], budget.tiers ?? [], budget.providers ?? []];
  return parts.every((part) => part.length === 0) ? '' : JSON.stringify(parts.map((part) => [...part].sort()));
}
