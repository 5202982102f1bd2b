// The organisation's usage by principal, model, day, tier or cost centre, over whole days of the reader's time zone.
import {
  NO_USAGE,
  readUsageGroups,
  type UsageGroup,
  type UsageGrouping,
  type UsageSums,
} from '../../db/ledger/read-usage.ts';
import { awaitPositions, type BooksReader } from '../../usage/position-barrier.ts';

/** Longest period that is summed at once. */
export const MAX_USAGE_DAYS = 366;

export interface UsageRequest {
  readonly groupBy: UsageGrouping;
  /** Whole days, today included. */
  readonly days: number;
  readonly principal?: string;
  /** IANA time zone. */
  readonly timezone: string;
}

export interface UsageReport extends UsageRequest {
  readonly asOf: string;
  readonly complete: boolean;
  /** First moment of the period. */
  readonly from: string;
  readonly rows: readonly UsageGroup[];
  readonly total: UsageSums;
}

/** Reads a report; rows and total are sums over the same rows. */
export async function readUsage(
  books: BooksReader,
  request: UsageRequest,
  nowMs: number = Date.now(),
): Promise<UsageReport> {
  const complete = await awaitPositions(books);
  const { pool, cell } = books;
  const { groupBy, days, principal, timezone } = request;
  const { rows: starts } = await pool.query<{ from: Date }>(
    'SELECT (date_trunc(\'day\', $1::timestamptz AT TIME ZONE $2) - make_interval(days => $3 - 1)) AT TIME ZONE $2 AS "from"',
    [new Date(nowMs), timezone, days],
  );
  const from = starts[0]?.from ?? new Date(nowMs);
  const filter = principal === undefined ? {} : { principal };
  const rows = await readUsageGroups(pool, { cell, groupBy, from, timezone, ...filter });
  return {
    ...request,
    asOf: new Date(nowMs).toISOString(),
    complete,
    from: from.toISOString(),
    rows,
    total: totalOf(rows),
  };
}

function totalOf(rows: readonly UsageSums[]): UsageSums {
  return rows.reduce(
    (total, row) => ({
      requestCount: total.requestCount + row.requestCount,
      failedCount: total.failedCount + row.failedCount,
      inputTokens: total.inputTokens + row.inputTokens,
      outputTokens: total.outputTokens + row.outputTokens,
      totalTokens: total.totalTokens + row.totalTokens,
      cachedInputTokens: total.cachedInputTokens + row.cachedInputTokens,
      reasoningTokens: total.reasoningTokens + row.reasoningTokens,
      costNanoUsd: total.costNanoUsd + row.costNanoUsd,
    }),
    NO_USAGE,
  );
}
