// Stage 10 of 10. In: reservation and usage. Out: settled in Redis, usage event in the stream. Always, in finally, once.
import {
  costNanoUsd,
  type ModelConfig,
  priceAt,
  type TokenCounts,
  type UsageEvent,
  type UsageOutcome,
} from '@secrouter/proto';
import type { EventStream } from '../events/event-stream.ts';
import type { BudgetStore } from '../redis/budget-store.ts';
import { untilAnswered } from '../redis/until-answered.ts';
import type { RequestContext } from '../request/request-context.ts';
import { type Reservation, usedAmounts } from './admit.ts';

/** Settlement is awaited this long before the answer's last byte is released. */
const SETTLE_WAIT_MS = 50;

/** What the close record says. */
export interface Closing {
  readonly model: ModelConfig;
  readonly tokens: TokenCounts;
  readonly estimated: boolean;
  readonly outcome: UsageOutcome;
  readonly status: number;
  readonly firstByteMs: number | null;
  readonly attempts: number;
  readonly upstreamRequestId: string | null;
  readonly reason: string | null;
}

export interface CloseDependencies {
  readonly store: BudgetStore;
  readonly events: EventStream;
  readonly nowMs: () => number;
}

/** Closes a reservation; returns the cost in nano-dollars. */
export async function closeReservation(
  reservation: Reservation,
  closing: Closing,
  context: RequestContext,
  dependencies: CloseDependencies,
): Promise<number> {
  const event = usageEvent(reservation, closing, context, dependencies.nowMs());
  const sequence = dependencies.events.appendUsage(event, context.sourceIp);
  const used = usedAmounts(reservation.amounts, { ...closing.tokens, costNanoUsd: event.costNanoUsd });
  const position = { podStream: dependencies.events.podStream, sequence };
  const settled = untilAnswered(() => dependencies.store.settle(event.eventId, reservation.amounts, used, position));
  await atMost(settled, SETTLE_WAIT_MS);
  return event.costNanoUsd;
}

/** Waits for the end of something, but no longer than this; rejects with it. */
function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms).unref();
    work.then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

function usageEvent(reservation: Reservation, closing: Closing, context: RequestContext, nowMs: number): UsageEvent {
  const { open } = reservation;
  const { model, tokens } = closing;
  const price = model.price === undefined ? undefined : priceAt(model.price, model.above, tokens.inputTokens);
  return {
    version: 1,
    kind: 'usage',
    eventId: open.eventId,
    refersTo: null,
    requestId: open.requestId,
    clientRequestId: context.clientRequestId,
    traceId: context.traceId,
    upstreamRequestId: closing.upstreamRequestId,
    time: open.time,
    cell: open.cell,
    podId: open.podId,
    podStream: open.podStream,
    principal: open.principal,
    email: open.email,
    actor: open.actor,
    service: open.service,
    groups: open.groups,
    costCenter: open.costCenter,
    endpoint: open.endpoint,
    provider: model.provider,
    model: model.id,
    tier: open.tier,
    tierSource: open.tierSource,
    streamed: open.streamed,
    ...tokens,
    costNanoUsd: price === undefined ? 0 : costNanoUsd(tokens, price),
    price:
      price === undefined
        ? null
        : {
            inputPicoUsd: price.inputPicoUsd,
            outputPicoUsd: price.outputPicoUsd,
            cachedInputPicoUsd: price.cachedInputPicoUsd,
            cacheWritePicoUsd: price.cacheWritePicoUsd,
          },
    estimated: closing.estimated,
    outcome: closing.outcome,
    status: closing.status,
    firstByteMs: closing.firstByteMs === null ? null : Math.max(0, Math.round(closing.firstByteMs)),
    totalMs: Math.max(0, Math.round(nowMs - context.receivedAtMs)),
    attempts: closing.attempts,
    epoch: open.epoch,
    revision: open.revision,
    reason: closing.reason,
  };
}
