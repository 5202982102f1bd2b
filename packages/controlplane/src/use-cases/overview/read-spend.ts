// Spend, requests and tokens of the whole cell for the overview, from the ledger and its roll-ups.
import { usdNumber } from '@secrouter/proto';
import { readUsageSums, type UsageSums } from '../../db/ledger/read-usage.ts';
import type { BooksReader } from '../../usage/position-barrier.ts';
import { readSavings, savingsJson, type TopTier } from '../usage/read-savings.ts';

const DAY_MS = 86_400_000;
/** The chart's days, today included. */
export const CHART_DAYS = 30;

/** One period and the one of the same length before it. */
export interface PeriodSpend extends PeriodFigures {
  readonly before: PeriodFigures;
}

interface PeriodFigures {
  readonly costUsd: number;
  readonly requestCount: number;
  /** Requests that an upstream failed. */
  readonly failedCount: number;
}

export interface SpendOverview {
  /** Since midnight UTC, against yesterday up to the same time. */
  readonly today: PeriodSpend;
  readonly last7d: PeriodSpend;
  readonly last30d: PeriodSpend;
  /** Of the last 30 days; null while the top tier has no price. */
  readonly savings: ReturnType<typeof savingsJson>;
  /** Oldest first, every day present. */
  readonly days: readonly { readonly day: string; readonly costByModel: Readonly<Record<string, number>> }[];
  /** By cost over the chart's days, largest first. */
  readonly models: readonly string[];
}

type Period = 'today' | 'last7d' | 'last30d';

/** Reads the overview's figures as of `now`. */
export async function readSpend(books: BooksReader, config: TopTier, now: Date): Promise<SpendOverview> {
  const periods = periodsAt(now);
  const [today, last7d, last30d, savings, byDay] = await Promise.all([
    readPeriod(books, periods.today),
    readPeriod(books, periods.last7d),
    readPeriod(books, periods.last30d),
    readSavings(books, { from: periods.last30d.from, until: periods.last30d.to }, config),
    readDays(books, now),
  ]);
  return { today, last7d, last30d, savings: savingsJson(savings), ...byDay };
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

async function readPeriod({ pool, cell }: BooksReader, period: PeriodBounds): Promise<PeriodSpend> {
  const [current, before] = await Promise.all([
    readUsageSums(pool, { cell, from: period.from, until: period.to }),
    readUsageSums(pool, { cell, from: period.beforeFrom, until: period.beforeTo }),
  ]);
  return { ...toFigures(current), before: toFigures(before) };
}

function toFigures({ costNanoUsd, requestCount, failedCount }: UsageSums): PeriodFigures {
  return { costUsd: usdNumber(costNanoUsd), requestCount, failedCount };
}

async function readDays({ pool, cell }: BooksReader, now: Date): Promise<Pick<SpendOverview, 'days' | 'models'>> {
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
