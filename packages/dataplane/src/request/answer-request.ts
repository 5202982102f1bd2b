// Runs one governed request from its arrival to its end: makes the context, turns refusals into answers, counts and logs.
// The only place where an error becomes an HTTP answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestRefused, refusalAnswer, uuidV7 } from '@secrouter/proto';
import { clientAddress } from '../http/client-address.ts';
import { ClientGone } from '../http/client-writer.ts';
import { RelayedRefusal } from '../stages/relayed-error.ts';
import { UpstreamFailure } from '../upstream/upstream-failure.ts';
import { setCommonHeaders, setPolicyHeaders } from './answer-head.ts';
import type { PodServices } from './pod-services.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestFacts } from './request-facts.ts';
import { trustedProxiesOf } from './trusted-proxies.ts';

const POLICY_RETRY_SECONDS = 2;
const DRAINING_RETRY_SECONDS = 1;
const MAX_CLIENT_ID_LENGTH = 128;
const MAX_FORWARDED_HEADER_LENGTH = 512;
/** Other bytes of a header have no agreed meaning (RFC 9110, 5.5). */
const PRINTABLE = /^[\x20-\x7e]+$/;
/** Client headers that may go on to a provider. */
const FORWARDED_HEADERS = ['idempotency-key', 'anthropic-version', 'anthropic-beta', 'openai-beta'] as const;

/** A governed action: throws what it refuses. */
export type GovernedAction = (context: RequestContext, facts: RequestFacts) => Promise<void>;

/** Runs `action` for one request of `endpoint`. Never rejects. */
export async function answerRequest(
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
  services: PodServices,
  action: GovernedAction,
): Promise<void> {
  const receivedAtMs = services.nowMs();
  const departure = new AbortController();
  const eventId = uuidV7(receivedAtMs, services.randomBytes(10));
  const requestId = `req_${eventId.replaceAll('-', '')}`;
  const facts: RequestFacts = {};
  let context: RequestContext | undefined;
  let outcome = 'ok';
  response.once('close', () => {
    if (!response.writableFinished) departure.abort('client_gone');
  });
  const place = services.running.begin({ departure, facts });
  setCommonHeaders(response, requestId);
  try {
    context = makeContext(request, services, { requestId, eventId, receivedAtMs, signal: departure.signal });
    setPolicyHeaders(response, context, services.policies.ageSeconds);
    await action(context, facts);
  } catch (error) {
    outcome = answerError(error, request, response, { requestId, context, facts, services });
  } finally {
    services.running.end(place);
    facts.giveSlotBack?.();
    finish(endpoint, outcome, response, { requestId, context, facts, services, receivedAtMs });
  }
}

interface Ending {
  readonly requestId: string;
  readonly context: RequestContext | undefined;
  readonly facts: RequestFacts;
  readonly services: PodServices;
}

function makeContext(
  request: IncomingMessage,
  services: PodServices,
  base: Pick<RequestContext, 'requestId' | 'eventId' | 'receivedAtMs' | 'signal'>,
): RequestContext {
  const policy = services.policies.current;
  if (policy === undefined || services.policies.isTooOld)
    throw new RequestRefused('policy_unavailable', {
      retryAfterSeconds: POLICY_RETRY_SECONDS,
      reason: policy === undefined ? 'no_snapshot' : 'policy_too_old',
    });
  return {
    ...base,
    clientRequestId: bounded(request.headers['x-request-id'] ?? request.headers['x-client-request-id']),
    traceId: traceIdOf(request.headers.traceparent),
    sourceIp: clientAddress(request, trustedProxiesOf(policy)),
    policy,
    forwardedHeaders: forwardedHeaders(request),
  };
}

function answerError(error: unknown, request: IncomingMessage, response: ServerResponse, ending: Ending): string {
  const { services, context, facts, requestId } = ending;
  const wasCutOff = error instanceof ClientGone || (error instanceof UpstreamFailure && error.kind === 'aborted');
  const cause = wasCutOff ? cutOffRefusal(context?.signal.reason) : error;
  if (cause === undefined) {
    response.destroy();
    return 'client_cancelled';
  }
  const refused =
    cause instanceof RequestRefused
      ? cause
      : new RequestRefused('upstream_error', { reason: 'internal', cause: error });
  if (!(cause instanceof RequestRefused)) logUnexpected(error, requestId, services);
  services.metrics.refused(refused.code);
  const trailContext = {
    requestId,
    traceId: context?.traceId ?? null,
    sourceIp: context?.sourceIp ?? request.socket.remoteAddress ?? null,
    ...(context === undefined ? {} : { policy: context.policy }),
  };
  services.trail.refuse(refused, trailContext, facts.grant, facts.route);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return refused.code;
  }
  // Which policy governs is told to nobody whom it does not know.
  if (facts.grant === undefined) response.removeHeader('x-secrouter-revision');
  writeRefusal(request, response, refused);
  return refused.code;
}

// Not every request that ends early was left by its client: then the reason is the answer.
function cutOffRefusal(reason: unknown): RequestRefused | undefined {
  if (reason === 'draining') return new RequestRefused('draining', { retryAfterSeconds: DRAINING_RETRY_SECONDS });
  return reason === 'revoked' ? new RequestRefused('revoked', { reason: 'revocation_list' }) : undefined;
}

function logUnexpected(error: unknown, requestId: string, { log }: PodServices): void {
  const err = error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : 'unknown';
  log.error({ requestId, err }, 'request failed unexpectedly');
}

/** Writes a refusal in OpenAI's shape; what is left of the body is not read. */
export function writeRefusal(request: IncomingMessage, response: ServerResponse, refused: RequestRefused): void {
  const answer = refusalAnswer(refused.code, refused.details);
  const isRelayed = refused instanceof RelayedRefusal;
  const error = isRelayed
    ? {
        ...answer.body.error,
        ...(refused.upstreamType === undefined ? {} : { type: refused.upstreamType }),
        ...(refused.upstreamCode === undefined ? {} : { code: refused.upstreamCode }),
      }
    : answer.body.error;
  response.statusCode = isRelayed ? refused.status : answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  if (!request.complete) response.setHeader('connection', 'close');
  response.end(JSON.stringify({ error }));
}

function finish(
  endpoint: string,
  outcome: string,
  response: ServerResponse,
  { requestId, context, facts, services, receivedAtMs }: Ending & { readonly receivedAtMs: number },
): void {
  const totalMs = services.nowMs() - receivedAtMs;
  const usage = facts.usage;
  const ended = outcome === 'ok' && usage !== undefined ? usage.outcome : outcome;
  services.metrics.ended(endpoint, ended, totalMs / 1_000);
  const model = facts.exchange?.model.id;
  if (usage !== undefined && model !== undefined && facts.route !== undefined)
    services.metrics.answered(model, facts.route.tier, usage.tokens.inputTokens, usage.tokens.outputTokens);
  services.log.info(
    {
      requestId,
      endpoint,
      status: response.statusCode,
      outcome: ended,
      principal: facts.grant?.identity.principal,
      model,
      tier: facts.route?.tier,
      revision: context?.policy.snapshot.revision,
      totalMs: Math.round(totalMs),
      firstByteMs: usage?.firstByteMs === null || usage === undefined ? undefined : Math.round(usage.firstByteMs),
      inputTokens: usage?.tokens.inputTokens,
      outputTokens: usage?.tokens.outputTokens,
    },
    'request',
  );
}

function forwardedHeaders(request: IncomingMessage): Readonly<Record<string, string>> {
  const forwarded: Record<string, string> = {};
  for (const name of FORWARDED_HEADERS) {
    const value = request.headers[name];
    const isPlain = typeof value === 'string' && PRINTABLE.test(value) && value.length <= MAX_FORWARDED_HEADER_LENGTH;
    if (isPlain) forwarded[name] = value;
  }
  return forwarded;
}

function bounded(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) ? value.slice(0, MAX_CLIENT_ID_LENGTH) : null;
}

/** The trace id of a W3C `traceparent` header. */
function traceIdOf(value: string | string[] | undefined): string | null {
  const match = typeof value === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(value) : null;
  return match?.[1] ?? null;
}
