// One differing field in words: its place, what it was, what it becomes.
import type { ValueDifference } from '../../policy/diff-values.ts';
import { describeBudget } from './describe-rule.ts';
import { isRecord } from './rule-value.ts';

export interface DescribedDifference {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const NANO_USD_PER_USD = 1_000_000_000;
const ABSENT = 'not stated';
/** Longer values are cut; the history holds them whole. */
const MAX_TEXT_LENGTH = 240;

/** Describes a difference. Rules are in the configuration's typed shape here, not in the file's. */
export function describeDifference({ path, before, after }: ValueDifference): DescribedDifference {
  return { path: path.replace(/^security\.policy\./, ''), before: describeValue(before), after: describeValue(after) };
}

function describeValue(value: unknown): string {
  if (value === null || value === undefined) return ABSENT;
  const text = describePresent(value);
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function describePresent(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(describePresent).join(', ');
  if (!isRecord(value)) return String(value);
  if (isRecord(value.limits) && typeof value.window === 'string') return describeBudget(toFileShape(value));
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${describePresent(member)}`)
    .join('; ');
}

// For reading alone: limits in dollars, as the file states them.
function toFileShape(budget: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const limits = isRecord(budget.limits) ? budget.limits : {};
  const stated = Object.entries(limits).map(([dimension, limit]) =>
    dimension === 'costNanoUsd'
      ? ['maxCostUsd', Number(limit) / NANO_USD_PER_USD]
      : [`max${dimension.charAt(0).toUpperCase()}${dimension.slice(1)}`, limit],
  );
  return { ...budget, ...Object.fromEntries(stated) };
}
