// A used limit in words.
import type { BudgetDimension } from '@secrouter/proto';
import type { NearestLimit } from '../../use-cases/people/nearest-limit.ts';
import { formatCompact, formatDollars, formatLimitDollars } from '../format.ts';

const UNITS: Readonly<Record<Exclude<BudgetDimension, 'costNanoUsd'>, string>> = {
  requests: 'requests',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  totalTokens: 'tokens',
};
const NANO_USD_PER_USD = 1_000_000_000;

/** $12.40 of $25 a day */
export function describeUsedLimit({ window, dimension, limit, used }: Omit<NearestLimit, 'usedShare'>): string {
  if (dimension !== 'costNanoUsd') {
    return `${formatCompact(used)} of ${formatCompact(limit)} ${UNITS[dimension]} a ${window}`;
  }
  // For showing alone: amounts stay integers wherever they are compared.
  return `${formatDollars(used / NANO_USD_PER_USD)} of ${formatLimitDollars(limit / NANO_USD_PER_USD)} a ${window}`;
}
