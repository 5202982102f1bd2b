// A usage report as the admin API answers it: money in dollars, exact to the micro-dollar.
import { usdNumber } from '@secrouter/proto';
import type { UsageSums } from '../../db/ledger/read-usage.ts';
import type { UsageReport } from './read-usage.ts';

/** The report as plain JSON values. */
export function usageJson(report: UsageReport) {
  const { rows, total, ...head } = report;
  return {
    ...head,
    rows: rows.map(({ key, email, ...sums }) => ({
      key,
      ...(report.groupBy === 'principal' ? { email } : {}),
      ...sumsJson(sums),
    })),
    total: sumsJson(total),
  };
}

/** Sums with their cost in dollars. */
export function sumsJson({ costNanoUsd, ...counts }: UsageSums) {
  return { ...counts, costUsd: usdNumber(costNanoUsd) };
}
