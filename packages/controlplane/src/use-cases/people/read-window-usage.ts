// What principals used in the rolling windows, from the roll-ups: exact to the quarter-hour and never below the truth,
// which is enough to see who is near a limit. Pods count exactly, in Redis.
import type { BudgetDimension, BudgetWindow } from '@secrouter/proto';
import type { Pool } from 'pg';

/** The rolling windows that are long enough for quarter-hours. */
export const OVERVIEW_WINDOWS = ['day', 'month'] as const satisfies readonly BudgetWindow[];
export type OverviewWindow = (typeof OVERVIEW_WINDOWS)[number];
const WINDOW_MS: Readonly<Record<OverviewWindow, number>> = { day: 86_400_000, month: 30 * 86_400_000 };
const BUCKET_MS = 900_000;

/** Used amounts of one principal, by window and dimension. */
export type WindowUsage = Readonly<Record<OverviewWindow, Readonly<Record<BudgetDimension, number>>>>;

interface UsageRow {
  readonly principal: string;
  readonly requests: string;
  readonly input: string;
  readonly output: string;
  readonly cost: string;
}

/** Reads all windows of these principals. */
export async function readWindowUsage(
  pool: Pool,
  cell: string,
  principals: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, WindowUsage>> {
  if (principals.length === 0) return new Map();
  const [day, month] = await Promise.all(
    OVERVIEW_WINDOWS.map((window) => readWindow(pool, cell, principals, new Date(now.getTime() - WINDOW_MS[window]))),
  );
  return new Map(
    principals.map((principal) => [principal, { day: usedIn(day, principal), month: usedIn(month, principal) }]),
  );
}

async function readWindow(pool: Pool, cell: string, principals: readonly string[], from: Date): Promise<UsageRow[]> {
  const { rows } = await pool.query<UsageRow>(
    `SELECT principal, sum(request_count)::text AS requests, sum(input_tokens)::text AS input,
            sum(output_tokens)::text AS output, sum(cost_nano_usd)::text AS cost
       FROM usage_rollups WHERE cell = $1 AND principal = ANY($2) AND bucket > $3 GROUP BY principal`,
    // A bucket that began before the window still holds usage of it.
    [cell, principals, new Date(from.getTime() - BUCKET_MS)],
  );
  return rows;
}

function usedIn(rows: readonly UsageRow[] | undefined, principal: string): Readonly<Record<BudgetDimension, number>> {
  const row = rows?.find((candidate) => candidate.principal === principal);
  const inputTokens = Number(row?.input ?? 0);
  const outputTokens = Number(row?.output ?? 0);
  return {
    requests: Number(row?.requests ?? 0),
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    costNanoUsd: Number(row?.cost ?? 0),
  };
}
