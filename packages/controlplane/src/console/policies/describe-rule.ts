// A rule in the file's shape as short lines that a person can compare.
import { formatCount, formatLimitDollars } from '../format.ts';
import { type BudgetValue, budgetsOf, type RuleValue } from './rule-value.ts';

/** One field with its value in words. */
export interface RuleLine {
  readonly field: string;
  readonly label: string;
  readonly values: readonly string[];
}

const LABELS: Readonly<Record<string, string>> = {
  allowedTiers: 'Tiers',
  maxTier: 'Highest tier',
  allowedModels: 'Allowed models',
  deniedModels: 'Denied models',
  onViolation: 'On a violation',
  budgets: 'Budgets',
  maxClassification: 'Clearance',
  defaultClassification: 'Default data class',
  maxOutputTokens: 'Output cap',
  defaultMaxOutputTokens: 'Default output cap',
  maxConcurrentRequests: 'At once',
  inlineOverrides: 'Text overrides',
  roles: 'Roles',
  admin: 'Administrator',
  hostedTools: 'Hosted tools',
  remoteContent: 'Remote content',
};

const LIMIT_NAMES: Readonly<Record<string, string>> = {
  maxRequests: 'requests',
  maxInputTokens: 'input tokens',
  maxOutputTokens: 'output tokens',
  maxTotalTokens: 'tokens',
};

/** The label of a rule's field. */
export function fieldLabel(field: string): string {
  return LABELS[field] ?? field;
}

/** All stated fields, the known ones first and in a fixed order. Notes (`_…`) are left out. */
export function describeRule(rule: RuleValue): readonly RuleLine[] {
  const known = Object.keys(LABELS).filter((field) => Object.hasOwn(rule, field));
  const others = Object.keys(rule).filter((field) => !Object.hasOwn(LABELS, field) && !field.startsWith('_'));
  return [...known, ...others].map((field) => ({
    field,
    label: fieldLabel(field),
    values: field === 'budgets' ? budgetsOf(rule).map(describeBudget) : describeValue(rule[field]),
  }));
}

/** $25 a day · 1,000 requests an hour */
export function describeBudget(budget: BudgetValue): string {
  const limits = Object.entries(budget).flatMap(([name, limit]) => {
    if (name === 'maxCostUsd') return [formatLimitDollars(Number(limit))];
    const unit = LIMIT_NAMES[name];
    return unit === undefined ? [] : [`${formatCount(Number(limit))} ${unit}`];
  });
  const window = `per ${String(budget.window ?? '?')}`;
  const calendar = typeof budget.calendar === 'string' ? ` (calendar, ${budget.calendar})` : '';
  const scope = typeof budget.scope === 'string' && budget.scope !== 'user' ? `, shared by the ${budget.scope}` : '';
  const filters = ['models', 'tiers', 'providers'].flatMap((name) =>
    Array.isArray(budget[name]) ? [`, ${name}: ${budget[name].join(', ')}`] : [],
  );
  return `${limits.join(' and ') || 'no limit'} ${window}${calendar}${scope}${filters.join('')}`;
}

function describeValue(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? ['none'] : value.map(String);
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  if (typeof value === 'number') return [formatCount(value)];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}
