// Spend, requests and tokens of the whole cell for the overview, from the roll-ups.
import { usdNumber } from '@secrouter/proto';
import type { Pool } from 'pg';

const DAY_MS = 86_400_000;
/** The chart's days, today included. */
export const CHART_DAYS = 30;

/** One period and the one of the same length before it. */
export interface PeriodSpend {
  readonly costUsd: number;
  readonly requestCount: number;
  readonly before: { readonly costUsd: number; readonly requestCount: number };
}

export interface SpendOverview {
  /** Since midnight UTC, against yesterday up to the same time. */
  readonly today: PeriodSpend;
  readonly last7d: PeriodSpend;
  readonly last30d: PeriodSpend;
  /** Oldest first, every day present. */
  readonly days: readonly { readonly day: string; readonly costByModel: Readonly<Record<string, number>> }[];
  /** By cost over the chart's days, largest first. */
  readonly models: readonly string[];
}

type Period = 'today' | 'last7d' | 'last30d';

/** Reads the overview's figures as of `now`. */
export async function readSpend(pool: Pool, cell: string, now: Date): Promise<SpendOverview> {
  const periods = periodsAt(now);
  const [today, last7d, last30d, byDay] = await Promise.all([
    readPeriod(pool, cell, periods.today),
    readPeriod(pool, cell, periods.last7d),
    readPeriod(pool, cell, periods.last30d),
    readDays(pool, cell, now),
  ]);
  return { today, last7d, last30d, ...byDay };
}

interface PeriodBounds {
  readonly from: Date;
  readonly to: Date;
  readonly beforeFrom: Date;
  readonly beforeTo: Date;
}

/** Where each period and its predecessor begin and end. */
export function periodsAt(now: Date): Readonly<Record<Period, PeriodBounds>> {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const rolling = (days: number) => bounds(now.getTime() - days * DAY_MS, now.getTime(), days * DAY_MS);
  return { today: bounds(midnight, now.getTime(), DAY_MS), last7d: rolling(7), last30d: rolling(30) };
}

function bounds(from: number, to: number, backMs: number): PeriodBounds {
  const date = (time: number) => new Date(time);
  return { from: date(from), to: date(to), beforeFrom: date(from - backMs), beforeTo: date(to - backMs) };
}

async function readPeriod(pool: Pool, cell: string, period: PeriodBounds): Promise<PeriodSpend> {
  const { rows } = await pool.query<Record<'cost' | 'requests' | 'cost_before' | 'requests_before', string>>(
    `SELECT COALESCE(sum(cost_nano_usd) FILTER (WHERE bucket >= $2), 0)::text AS cost,
            COALESCE(sum(request_count) FILTER (WHERE bucket >= $2), 0)::text AS requests,
            COALESCE(sum(cost_nano_usd) FILTER (WHERE bucket >= $4 AND bucket < $5), 0)::text AS cost_before,
            COALESCE(sum(request_count) FILTER (WHERE bucket >= $4 AND bucket < $5), 0)::text AS requests_before
       FROM usage_rollups WHERE cell = $1 AND bucket >= $4 AND bucket <= $3`,
    [cell, period.from, period.to, period.beforeFrom, period.beforeTo],
  );
  const row = rows[0];
  return {
    costUsd: usdNumber(BigInt(row?.cost ?? 0)),
    requestCount: Number(row?.requests ?? 0),
    before: { costUsd: usdNumber(BigInt(row?.cost_before ?? 0)), requestCount: Number(row?.requests_before ?? 0) },
  };
}

async function readDays(pool: Pool, cell: string, now: Date): Promise<Pick<SpendOverview, 'days' | 'models'>> {
  const firstDay = Math.floor(now.getTime() / DAY_MS) * DAY_MS - (CHART_DAYS - 1) * DAY_MS;
  const { rows } = await pool.query<{ day: string; model: string; cost: string }>(
    `SELECT to_char(bucket AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, model, sum(cost_nano_usd)::text AS cost
       FROM usage_rollups WHERE cell = $1 AND bucket >= $2 GROUP BY 1, 2`,
    [cell, new Date(firstDay)],
  );
  const totals = new Map<string, bigint>();
  for (const { model, cost } of rows) totals.set(model, (totals.get(model) ?? 0n) + BigInt(cost));
  const models = [...totals].sort(([, left], [, right]) => (right > left ? 1 : -1)).map(([model]) => model);
  const days = Array.from({ length: CHART_DAYS }, (_none, index) => {
    const day = new Date(firstDay + index * DAY_MS).toISOString().slice(0, 10);
    const ofDay = rows.filter((row) => row.day === day).map(({ model, cost }) => [model, usdNumber(BigInt(cost))]);
    return { day, costByModel: Object.fromEntries(ofDay) as Record<string, number> };
  });
  return { days, models };
}
