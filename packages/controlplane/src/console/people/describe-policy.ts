// The fields of an effective policy in words.
import type { AppliedBudget, EffectivePolicy } from '@secrouter/proto';
import { formatCount, formatLimitDollars } from '../format.ts';

/** What the page shows, in its order; budgets have a table of their own. */
export const POLICY_FIELDS = [
  'allowedTiers',
  'allowedModels',
  'deniedModels',
  'onViolation',
  'maxClassification',
  'defaultClassification',
  'maxOutputTokens',
  'defaultMaxOutputTokens',
  'maxConcurrentRequests',
  'inlineOverrides',
  'hostedTools',
  'remoteContent',
  'roles',
] as const satisfies readonly (keyof EffectivePolicy)[];
export type PolicyField = (typeof POLICY_FIELDS)[number];

const NANO_USD_PER_USD = 1_000_000_000;
const LIMIT_NAMES = {
  requests: 'requests',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  totalTokens: 'tokens',
};

/** The value of a field as short texts, at least one. */
export function describePolicyField(policy: EffectivePolicy, field: PolicyField): readonly string[] {
  const value = policy[field];
  if (value === undefined) return ['not stated'];
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  if (typeof value === 'number') return [formatCount(value)];
  if (typeof value === 'string') return [value];
  return value.length === 0 ? ['none'] : value;
}

/** The limits of a budget: $25 and 1,000 requests. */
export function describeLimits({ limits }: AppliedBudget): string {
  const parts = Object.entries(limits).map(([dimension, limit]) =>
    dimension === 'costNanoUsd'
      ? formatLimitDollars(limit / NANO_USD_PER_USD)
      : `${formatCount(limit)} ${LIMIT_NAMES[dimension as keyof typeof LIMIT_NAMES]}`,
  );
  return parts.join(' and ');
}

/** Per day, per calendar month in Europe/Berlin, for tiers REASONING. */
export function describeWindow({ window, calendar, models, tiers, providers }: AppliedBudget): string {
  const filters = [models, tiers, providers].flatMap((filter) => filter ?? []).join(', ');
  const zone = calendar === undefined ? '' : ` (calendar, ${calendar})`;
  return `per ${window}${zone}${filters === '' ? '' : `, for ${filters}`}`;
}
