// The head of an answer: our own headers, and of the upstream's only a short allow-list.
import type { ServerResponse } from 'node:http';
import { usdNumber } from '@secrouter/proto';
import { type Reservation, rateLimitHeaders } from '../stages/admit.ts';
import type { Route } from '../stages/choose-route.ts';
import type { Exchange } from '../stages/forward.ts';
import type { WrittenCap } from './output-cap.ts';
import type { RequestContext } from './request-context.ts';

const MAX_REASONING_LENGTH = 200;
/** From this age on the policy's age is said on every answer. */
export const POLICY_AGE_SHOWN_SECONDS = 30;

export interface AnswerHead {
  readonly context: RequestContext;
  readonly route: Route;
  readonly exchange: Exchange;
  readonly reservation: Reservation;
  readonly cap: WrittenCap;
  readonly contentLength: number | undefined;
  readonly costNanoUsd: number | undefined;
  readonly nowMs: number;
}

/** Sets the head; the body follows. */
export function writeAnswerHead(response: ServerResponse, head: AnswerHead): void {
  const { route, exchange, reservation, cap, contentLength, costNanoUsd } = head;
  response.statusCode = exchange.response.statusCode;
  response.setHeader('content-type', contentTypeOf(exchange, contentLength === undefined));
  response.setHeader('x-secrouter-model', exchange.model.id);
  response.setHeader('x-secrouter-tier', route.tier);
  response.setHeader('x-secrouter-reasoning', route.reasoning.slice(0, MAX_REASONING_LENGTH));
  const adjusted = [...exchange.adjusted];
  if (cap.isLowered && cap.written !== undefined) {
    response.setHeader('x-secrouter-output-cap', String(cap.written));
    adjusted.push('output cap');
  }
  if (adjusted.length > 0)
    response.setHeader('x-secrouter-adjusted', adjusted.join(', ').slice(0, MAX_REASONING_LENGTH));
  for (const [name, value] of Object.entries(rateLimitHeaders(reservation.totals, head.nowMs)))
    response.setHeader(name, value);
  if (contentLength === undefined) {
    response.setHeader('cache-control', 'no-cache, no-transform');
    response.setHeader('x-accel-buffering', 'no');
    return;
  }
  response.setHeader('content-length', String(contentLength));
  if (costNanoUsd !== undefined) response.setHeader('x-secrouter-cost-usd', String(usdNumber(costNanoUsd)));
}

/** Headers that every `/v1` answer carries, refusals included. */
export function setCommonHeaders(response: ServerResponse, requestId: string): void {
  response.setHeader('x-request-id', requestId);
}

/** The governing revision, from authorisation on. */
export function setPolicyHeaders(response: ServerResponse, context: RequestContext, ageSeconds: number): void {
  response.setHeader('x-secrouter-revision', String(context.policy.snapshot.revision));
  if (ageSeconds >= POLICY_AGE_SHOWN_SECONDS) response.setHeader('x-secrouter-policy-age', String(ageSeconds));
}

function contentTypeOf(exchange: Exchange, isStream: boolean): string {
  const type = exchange.response.headers['content-type'];
  if (typeof type === 'string') return type;
  return isStream ? 'text/event-stream' : 'application/json';
}
