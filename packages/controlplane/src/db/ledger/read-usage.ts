// Sums for readers: whole quarter-hours from the roll-ups, the rest of the first one from the ledger, so that a sum over
// any window is exactly the sum of its rows.
import type { ClientBase, Pool } from 'pg';

/** Sums over rows. Cost is exact. */
export interface UsageSums {
  readonly requestCount: number;
  readonly failedCount: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
  readonly costNanoUsd: bigint;
}

export interface UsageGroup extends UsageSums {
  /** What the sums are grouped by; null where the row says nothing (no cost centre). */
  readonly key: string | null;
  /** For groups by principal: an e-mail that was last seen with it. */
  readonly email: string | null;
}

/** What usage can be grouped by. */
export const USAGE_GROUPINGS = ['principal', 'model', 'day', 'tier', 'group'] as const;
export type UsageGrouping = (typeof USAGE_GROUPINGS)[number];

export interface UsageQuery {
  readonly cell: string;
  readonly groupBy: UsageGrouping | 'nothing';
  /** First moment that counts, and the first that does not; absent: everything since. */
  readonly from: Date;
  readonly until?: Date;
  readonly principal?: string;
  /** IANA zone of days. */
  readonly timezone?: string;
}

interface Row {
  readonly key: string | null;
  readonly email: string | null;
  readonly requests: string;
  readonly failed: string;
  readonly input: string;
  readonly output: string;
  readonly cached: string;
  readonly reasoning: string;
  readonly cost: string;
}

const KEYS: Readonly<Record<UsageQuery['groupBy'], string>> = {
  nothing: 'NULL::text',
  principal: 'principal',
  model: 'model',
  tier: 'tier',
  group: 'cost_center',
  day: "to_char(moment AT TIME ZONE $5, 'YYYY-MM-DD')",
};

/** Sums of a window by group, the dearest first, days in their order. */
export async function readUsageGroups(db: ClientBase | Pool, query: UsageQuery): Promise<UsageGroup[]> {
  const key = KEYS[query.groupBy];
  const { rows } = await db.query<Row>(
    `WITH rows AS (${ROLLUP_PART} UNION ALL ${LEDGER_PART})
     SELECT ${key} AS key, max(email) AS email, sum(requests) AS requests, sum(failed) AS failed, sum(input) AS input,
            sum(output) AS output, sum(cached) AS cached, sum(reasoning) AS reasoning, sum(cost) AS cost
       FROM rows WHERE $5::text IS NOT NULL
      GROUP BY 1 ORDER BY ${query.groupBy === 'day' ? '1' : '9 DESC, 1'}`,
    [query.cell, query.from, query.until ?? 'infinity', query.principal ?? null, query.timezone ?? 'UTC'],
  );
  return rows.map(toGroup);
}

/** Sums of a whole window. */
export async function readUsageSums(db: ClientBase | Pool, query: Omit<UsageQuery, 'groupBy'>): Promise<UsageSums> {
  const [group] = await readUsageGroups(db, { ...query, groupBy: 'nothing' });
  return group ?? NO_USAGE;
}

/** Sums over no rows. */
export const NO_USAGE: UsageSums = Object.freeze({
  requestCount: 0,
  failedCount: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  costNanoUsd: 0n,
});

// Buckets that lie wholly within [from, until).
const FIRST_BUCKET =
  "date_bin('15 minutes', $2::timestamptz + INTERVAL '15 minutes' - INTERVAL '1 microsecond', 'epoch'::timestamptz)";
const END_BUCKET =
  "CASE WHEN $3::timestamptz = 'infinity' THEN $3 ELSE date_bin('15 minutes', $3::timestamptz, 'epoch'::timestamptz) END";

const ROLLUP_PART = `
  SELECT bucket AS moment, principal, email, cost_center, model, tier, request_count AS requests, failed_count AS failed,
         input_tokens AS input, output_tokens AS output, cached_input_tokens AS cached, reasoning_tokens AS reasoning,
         cost_nano_usd AS cost
    FROM usage_rollups
   WHERE cell = $1 AND ($4::text IS NULL OR principal = $4) AND bucket >= ${FIRST_BUCKET} AND bucket < ${END_BUCKET}`;

// What sticks out at either end. A window within one bucket has no whole bucket, and both ends are the same rows.
const LEDGER_PART = `
  SELECT time, principal, email, cost_center, model, tier, CASE WHEN kind = 'usage' THEN 1 ELSE 0 END,
         CASE WHEN kind = 'usage' AND outcome IN ('upstream_aborted', 'upstream_error', 'timeout', 'orphaned') THEN 1 ELSE 0 END,
         input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_nano_usd
    FROM usage_events
   WHERE cell = $1 AND ($4::text IS NULL OR principal = $4) AND time >= $2 AND time < $3
     AND (time < ${FIRST_BUCKET} OR time >= ${END_BUCKET})`;

function toGroup(row: Row): UsageGroup {
  const inputTokens = Number(row.input);
  const outputTokens = Number(row.output);
  return {
    key: row.key,
    email: row.email,
    requestCount: Number(row.requests),
    failedCount: Number(row.failed),
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cachedInputTokens: Number(row.cached),
    reasoningTokens: Number(row.reasoning),
    costNanoUsd: BigInt(row.cost),
  };
}
