// Stage 6 of 10. In: grant, route, bounds. Out: a reservation that holds in every pot at once. Throws 429 or 503.
import { formatUsd, type OpenRecord, RequestRefused } from '@secrouter/proto';
import type { BudgetCounter } from '../redis/budget-counter.ts';
import type { BudgetStore, CounterAmount, CounterTotal, ReserveReply } from '../redis/budget-store.ts';
import { RedisUnavailable } from '../redis/redis-breaker.ts';
import { untilAnswered } from '../redis/until-answered.ts';
import type { Grant } from '../request/grant.ts';
import type { RequestBounds } from './estimate.ts';

/** Seconds after which a client may try again when Redis cannot be asked. */
const BUDGET_RETRY_SECONDS = 2;

/** What is held for a request until it is closed. */
export interface Reservation {
  readonly open: OpenRecord;
  /** The open record as it was written. */
  readonly openJson: string;
  readonly amounts: readonly CounterAmount[];
  /** Output tokens of one choice that the pots hold. */
  readonly grantedOutputTokens: number;
  /** True when the granted tokens depend on a pot: then they are a real bound. */
  readonly isBounded: boolean;
  readonly totals: readonly CounterTotal[];
  /** Who has made the open record durable. */
  readonly witness: 'redis' | 'none';
}

/** Reserves the bounds in every pot that the request draws on, or names the pot that refuses. */
export async function admit(
  grant: Grant,
  target: { readonly provider: string; readonly model: string; readonly tier: string },
  bounds: RequestBounds,
  open: OpenRecord,
  store: BudgetStore,
  nowMs: number,
): Promise<Reservation> {
  const openJson = JSON.stringify(open);
  let amounts = amountsOf(grant, target, bounds, store, nowMs);
  let reply = await reserve(store, open.eventId, openJson, amounts, bounds);
  if (reply.outcome === 'moved') {
    // The pod's clock lies in another calendar period than Redis': its time decides.
    amounts = amountsOf(grant, target, bounds, store, reply.redisNowMs);
    reply = await reserve(store, open.eventId, openJson, amounts, bounds);
  }
  if (reply.outcome === 'moved')
    throw new RequestRefused('budget_unavailable', { retryAfterSeconds: 1, reason: 'clock' });
  if (reply.outcome === 'denied') throw denial(reply);
  if (reply.outcome === 'unwitnessed')
    return {
      open,
      openJson,
      amounts: [],
      grantedOutputTokens: bounds.outputTokens,
      isBounded: false,
      totals: [],
      witness: 'none',
    };
  const isBounded = amounts.some(({ perOutputToken }) => perOutputToken > 0);
  return {
    open,
    openJson,
    amounts,
    grantedOutputTokens: reply.grantedOutputTokens,
    isBounded,
    totals: reply.totals,
    witness: 'redis',
  };
}

function amountsOf(
  grant: Grant,
  target: { readonly provider: string; readonly model: string; readonly tier: string },
  bounds: RequestBounds,
  store: BudgetStore,
  nowMs: number,
): readonly CounterAmount[] {
  const { policy, budgets, identity } = grant;
  return store.counters
    .of(policy, budgets, identity.principal, target, nowMs)
    .map((counter) => amountOf(counter, bounds));
}

function amountOf(counter: BudgetCounter, bounds: RequestBounds): CounterAmount {
  const { choices, inputTokens, inputCostNanoUsd, outputCostNanoUsdPerToken } = bounds;
  switch (counter.dimension) {
    case 'requests':
    case 'concurrency':
      return { counter, base: 1, perOutputToken: 0 };
    case 'inputTokens':
      return { counter, base: inputTokens, perOutputToken: 0 };
    case 'outputTokens':
      return { counter, base: 0, perOutputToken: choices };
    case 'totalTokens':
      return { counter, base: inputTokens, perOutputToken: choices };
    case 'costNanoUsd':
      return { counter, base: inputCostNanoUsd, perOutputToken: outputCostNanoUsdPerToken * choices };
  }
}

async function reserve(
  store: BudgetStore,
  eventId: string,
  openRecordJson: string,
  amounts: readonly CounterAmount[],
  bounds: RequestBounds,
): Promise<ReserveReply | { readonly outcome: 'unwitnessed' }> {
  try {
    return await store.reserve({
      eventId,
      openRecordJson,
      amounts,
      wantedOutputTokens: bounds.outputTokens,
      leastOutputTokens: bounds.leastOutputTokens,
    });
  } catch (error) {
    if (!(error instanceof RedisUnavailable)) throw error;
    // A time-out means unknown, never no: what may have been reserved is given back (I4), however long Redis is away.
    if (error.mayHaveRun) untilAnswered(() => store.release(eventId, amounts)).catch(() => undefined);
    if (amounts.length === 0) return { outcome: 'unwitnessed' };
    throw new RequestRefused('budget_unavailable', {
      retryAfterSeconds: BUDGET_RETRY_SECONDS,
      reason: 'redis',
      cause: error,
    });
  }
}

function denial(reply: Extract<ReserveReply, { outcome: 'denied' }>): RequestRefused {
  const { counter, used, reserved, retryAfterMs } = reply;
  if (counter.dimension === 'concurrency')
    return new RequestRefused('concurrency_exceeded', { retryAfterSeconds: 1, reason: 'concurrency' });
  const window = counter.budget?.window ?? 'day';
  const reason = `${window}:${counter.dimension}:${counter.budget?.scope ?? 'user'}`;
  const retryAfterSeconds = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1_000);
  if (counter.dimension === 'requests' && (window === 'minute' || window === 'hour'))
    return new RequestRefused('rate_limit_exceeded', {
      reason,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  const name = DIMENSION_NAMES[counter.dimension];
  const amount = (value: number) => (counter.dimension === 'costNanoUsd' ? `$${formatUsd(value)}` : String(value));
  const state = `window ${window}, ${name}, limit ${amount(counter.limit)}, used ${amount(used)}, reserved ${amount(reserved)}`;
  if (retryAfterSeconds === undefined) {
    return new RequestRefused('request_exceeds_budget', {
      reason,
      message: `This request alone is larger than a budget allows (${state}). Make it smaller or ask your administrator.`,
    });
  }
  return new RequestRefused('budget_exceeded', {
    reason,
    retryAfterSeconds,
    message: `A budget is used up (${state}). GET /v1/usage shows your budgets.`,
  });
}

const DIMENSION_NAMES = {
  requests: 'requests',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  totalTokens: 'tokens',
  costNanoUsd: 'cost',
} as const;

/** The caller's own tightest windows as OpenAI's rate-limit headers; empty where there is no budget. */
export function rateLimitHeaders(totals: readonly CounterTotal[], nowMs: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [kind, dimensions] of [
    ['requests', ['requests']],
    ['tokens', ['totalTokens', 'inputTokens', 'outputTokens']],
  ] as const) {
    const own = totals.filter(
      ({ counter }) =>
        counter.budget?.scope === 'user' && (dimensions as readonly string[]).includes(counter.dimension),
    );
    const [tightest] = [...own].sort((a, b) => a.counter.limit - a.total - (b.counter.limit - b.total));
    if (tightest === undefined) continue;
    const { counter, total } = tightest;
    const resetMs =
      counter.bucketMs > 0 ? counter.bucketMs * (counter.buckets + 1) : Math.max(0, counter.periodEndMs - nowMs);
    headers[`x-ratelimit-limit-${kind}`] = String(counter.limit);
    headers[`x-ratelimit-remaining-${kind}`] = String(Math.max(0, counter.limit - total));
    headers[`x-ratelimit-reset-${kind}`] = `${Math.ceil(resetMs / 1_000)}s`;
  }
  return headers;
}

/** Amounts used, in the reservation's order, for its settlement. */
export function usedAmounts(
  amounts: readonly CounterAmount[],
  used: { readonly inputTokens: number; readonly outputTokens: number; readonly costNanoUsd: number },
): readonly number[] {
  const table: Record<BudgetCounter['dimension'], number> = {
    requests: 1,
    concurrency: 0,
    inputTokens: used.inputTokens,
    outputTokens: used.outputTokens,
    totalTokens: used.inputTokens + used.outputTokens,
    costNanoUsd: used.costNanoUsd,
  };
  return amounts.map(({ counter }) => table[counter.dimension]);
}
