// What an administrator writes: rules for everyone, for groups and for users, and the budgets in them.
import type { Tier } from '../tier.ts';

/** The console's and the admin API's rights; `admin` holds all of them. */
export const ROLES = ['auditor', 'finance', 'policy', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export type ViolationAction = 'deny' | 'downgrade';

/** Rolling windows (60 s, 60 min, 24 h, 30 d), or calendar ones when a budget names a time zone. */
export const BUDGET_WINDOWS = ['minute', 'hour', 'day', 'month', 'quarter', 'year'] as const;
export type BudgetWindow = (typeof BUDGET_WINDOWS)[number];

export type BudgetScope = 'user' | 'group' | 'organization';

/** What a budget can limit. Cost is counted in nano-dollars. */
export const BUDGET_DIMENSIONS = ['requests', 'inputTokens', 'outputTokens', 'totalTokens', 'costNanoUsd'] as const;
export type BudgetDimension = (typeof BUDGET_DIMENSIONS)[number];

/** The largest cost limit that a Redis counter holds exactly: $9,000,000 in nano-dollars, below 2^53. */
export const MAX_BUDGET_COST_NANO_USD = 9_000_000_000_000_000;

/** One limit or several over one window, for one kind of pot. */
export interface Budget {
  readonly window: BudgetWindow;
  /** IANA time zone of a calendar window; absent means a rolling one. */
  readonly calendar?: string;
  readonly scope: BudgetScope;
  /** Each stated limit, an integer of at least 0. */
  readonly limits: Readonly<Partial<Record<BudgetDimension, number>>>;
  readonly models?: readonly string[];
  readonly tiers?: readonly Tier[];
  readonly providers?: readonly string[];
  readonly warnAtPercent: readonly number[];
  readonly mode: 'strict' | 'estimate';
}

/** One rule as stated; an absent field says nothing. */
export interface PolicyRule {
  readonly allowedTiers?: readonly Tier[];
  readonly maxTier?: Tier;
  readonly allowedModels?: readonly string[];
  readonly deniedModels?: readonly string[];
  readonly onViolation?: ViolationAction;
  readonly budgets?: readonly Budget[];
  readonly maxClassification?: string;
  readonly defaultClassification?: string;
  readonly maxOutputTokens?: number;
  readonly defaultMaxOutputTokens?: number;
  readonly maxConcurrentRequests?: number;
  readonly inlineOverrides?: boolean;
  readonly roles?: readonly Role[];
  readonly admin?: boolean;
  readonly hostedTools?: boolean;
  readonly remoteContent?: boolean;
}

/** The three layers of rules. */
export interface PolicyConfig {
  readonly default?: PolicyRule;
  readonly groups: Readonly<Record<string, PolicyRule>>;
  /** By principal: `<sub>`, or `<issuer alias>#<sub>` from the second issuer on. */
  readonly users: Readonly<Record<string, PolicyRule>>;
}
