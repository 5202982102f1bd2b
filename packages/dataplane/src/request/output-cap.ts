// Whether an output cap is written upstream, and how a stream without one extends its reservation.
import type { BudgetStore } from '../redis/budget-store.ts';
import { RedisUnavailable } from '../redis/redis-breaker.ts';
import type { Reservation } from '../stages/admit.ts';
import { type RequestBounds, STREAM_STEP_TOKENS } from '../stages/estimate.ts';
import type { JudgedRequest } from './judged-request.ts';

export interface WrittenCap {
  /** The cap that goes upstream, where it differs from what the client wrote. */
  readonly written: number | undefined;
  /** True when it is lower than what was asked for: said in a header. */
  readonly isLowered: boolean;
}

/** A cap is written where a budget or the policy needs one. */
export function lowerCap(request: JudgedRequest, bounds: RequestBounds, reservation: Reservation): WrittenCap {
  if (request.endpoint === 'embeddings') return { written: undefined, isLowered: false };
  const granted = Math.min(reservation.grantedOutputTokens, bounds.outputTokens);
  if (bounds.isStepwise) {
    // A first step that does not fit whole is all that is left: then it is a real cap.
    const isShort = reservation.isBounded && granted < STREAM_STEP_TOKENS;
    return { written: isShort ? granted : undefined, isLowered: isShort };
  }
  const asked = request.outputCap?.tokens;
  if (asked === undefined) {
    const isNeeded = reservation.isBounded || bounds.statedCap !== undefined;
    return { written: isNeeded ? granted : undefined, isLowered: granted < bounds.outputTokens };
  }
  return granted < asked ? { written: granted, isLowered: true } : { written: undefined, isLowered: false };
}

/** Grows the reservation of a stream without a cap, a step ahead of what was streamed. */
export function streamExtension(
  bounds: RequestBounds,
  reservation: Reservation,
  store: BudgetStore,
): ((streamedTokens: number) => Promise<boolean>) | undefined {
  if (!bounds.isStepwise || !reservation.isBounded || reservation.grantedOutputTokens < STREAM_STEP_TOKENS)
    return undefined;
  let reservedTokens = reservation.grantedOutputTokens * bounds.choices;
  return async (streamedTokens) => {
    if (streamedTokens < reservedTokens - STREAM_STEP_TOKENS / 4) return true;
    try {
      const isExtended = await store.extend(
        reservation.open.eventId,
        reservation.amounts,
        streamedTokens,
        STREAM_STEP_TOKENS,
      );
      if (isExtended) reservedTokens += STREAM_STEP_TOKENS * bounds.choices;
      // What is already reserved may still be streamed.
      return isExtended || streamedTokens < reservedTokens;
    } catch (error) {
      if (error instanceof RedisUnavailable) return streamedTokens < reservedTokens;
      throw error;
    }
  };
}
