// GET /v1/usage: the caller's own usage from the ledger, and budgets from the counters. With the control plane down the
// counters alone answer, and the answer says so.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AppliedBudget, type ReadUsageResponse__Output, RequestRefused, usdNumber } from '@secrouter/proto';
import { countersFor } from '../../redis/budget-counter.ts';
import type { CounterTotal } from '../../redis/budget-store.ts';
import { RedisUnavailable } from '../../redis/redis-breaker.ts';
import type { Grant } from '../../request/grant.ts';
import type { PodServices } from '../../request/pod-services.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { authenticate } from '../../stages/authenticate.ts';
import { authorize } from '../../stages/authorize.ts';
import { sendJson } from '../send-json.ts';

/** Reads a principal's usage from the control plane. */
export type ReadLedger = (principal: string) => Promise<ReadUsageResponse__Output>;

/** Answers with the caller's usage and budgets. */
export async function showUsage(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  services: PodServices,
  readLedger: ReadLedger,
): Promise<Grant> {
  const identity = await authenticate(request, context.policy, services.authenticator, context.sourceIp);
  const grant = authorize(identity, context.policy, request, services.trail.isTrustedLabeler(context));
  const [ledger, budgets] = await Promise.all([
    readLedger(identity.principal).catch(() => undefined),
    readBudgets(grant, services),
  ]);
  if (ledger === undefined && budgets === undefined)
    throw new RequestRefused('budget_unavailable', { retryAfterSeconds: 2, reason: 'no_source' });
  sendJson(response, 200, {
    principal: identity.principal,
    email: identity.email ?? null,
    asOf: ledger?.asOf ?? new Date(services.nowMs()).toISOString(),
    source: ledger === undefined ? 'counters' : 'ledger',
    complete: ledger?.complete ?? false,
    usage:
      ledger === undefined ? null : { last24h: usageWindow(ledger.last_24h), last30d: usageWindow(ledger.last_30d) },
    models: (ledger?.models ?? []).map(({ model, usage }) => ({ model, ...usageWindow(usage) })),
    budgets: budgets ?? [],
  });
  return grant;
}

type WireWindow = ReadUsageResponse__Output['last_24h'];

function usageWindow(window: WireWindow) {
  return {
    requestCount: Number(window?.requestCount ?? 0),
    inputTokens: Number(window?.inputTokens ?? 0),
    outputTokens: Number(window?.outputTokens ?? 0),
    totalTokens: Number(window?.totalTokens ?? 0),
    cachedInputTokens: Number(window?.cachedInputTokens ?? 0),
    costUsd: usdNumber(BigInt(window?.costNanoUsd ?? 0)),
  };
}

async function readBudgets(
  grant: Grant,
  services: PodServices,
): Promise<readonly Record<string, unknown>[] | undefined> {
  const policy = { ...grant.policy, budgets: grant.budgets };
  const counters = countersFor(policy, grant.identity.principal, undefined, services.nowMs()).filter(
    ({ budget }) => budget !== undefined,
  );
  try {
    const totals = await services.store.read(counters);
    return grant.budgets.map((budget) =>
      budgetRow(
        budget,
        totals.filter(({ counter }) => counter.budget === budget),
      ),
    );
  } catch (error) {
    if (error instanceof RedisUnavailable) return undefined;
    throw error;
  }
}

const NAMES = {
  requests: 'Requests',
  inputTokens: 'InputTokens',
  outputTokens: 'OutputTokens',
  totalTokens: 'TotalTokens',
  costNanoUsd: 'CostUsd',
} as const;

function budgetRow(budget: AppliedBudget, totals: readonly CounterTotal[]): Record<string, unknown> {
  const row: Record<string, unknown> = { window: budget.window, scope: budget.scope };
  if (budget.calendar !== undefined) row.calendar = budget.calendar;
  if (budget.scope === 'group') row.pot = budget.pot;
  for (const filter of ['models', 'tiers', 'providers'] as const)
    if (budget[filter] !== undefined) row[filter] = budget[filter];
  for (const { counter, total, reserved, nextReleaseMs } of totals) {
    if (counter.dimension === 'concurrency') continue;
    const name = NAMES[counter.dimension];
    const amount = (value: number) => (counter.dimension === 'costNanoUsd' ? usdNumber(value) : value);
    row[`max${name}`] = amount(counter.limit);
    row[`used${name}`] = amount(Math.max(0, total - reserved));
    row[`reserved${name}`] = amount(reserved);
    row[`remaining${name}`] = amount(Math.max(0, counter.limit - total));
    if (budget.calendar !== undefined) row.resetsAt = new Date(counter.periodEndMs).toISOString();
    else if (nextReleaseMs !== undefined) row.nextReleaseAt = new Date(nextReleaseMs).toISOString();
  }
  return row;
}
