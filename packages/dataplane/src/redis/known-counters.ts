// The counters of a principal's requests, made once for each target: the same objects as long as they are the same counters.
import type { AppliedBudget, EffectivePolicy } from '@secrouter/proto';
import { type BudgetCounter, type BudgetTarget, countersFor } from './budget-counter.ts';

interface Held {
  readonly counters: readonly BudgetCounter[];
  /** Counters of calendar periods are others before and after. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counters by the budgets that they belong to; gone with the merged policy that holds those. */
export class KnownCounters {
  readonly #held = new WeakMap<readonly AppliedBudget[], Map<string, Held>>();

  /** The counters of a request that draws on `budgets` of this policy, which belong to this principal alone. */
  of(
    policy: EffectivePolicy,
    budgets: readonly AppliedBudget[],
    principal: string,
    target: BudgetTarget,
    nowMs: number,
  ): readonly BudgetCounter[] {
    const byTarget = this.#held.get(budgets) ?? new Map<string, Held>();
    // Targets come from the configuration, so there are few.
    const key = `${target.tier} ${target.provider} ${target.model}`;
    const held = byTarget.get(key);
    if (held !== undefined && nowMs >= held.fromMs && nowMs < held.toMs) return held.counters;
    const made = hold(countersFor({ ...policy, budgets }, principal, target, nowMs));
    byTarget.set(key, made);
    this.#held.set(budgets, byTarget);
    return made.counters;
  }
}

function hold(counters: readonly BudgetCounter[]): Held {
  const periods = counters.filter(({ bucketMs }) => bucketMs === -1);
  return {
    counters,
    fromMs: Math.max(0, ...periods.map(({ periodStartMs }) => periodStartMs)),
    toMs: Math.min(Number.POSITIVE_INFINITY, ...periods.map(({ periodEndMs }) => periodEndMs)),
  };
}
