// The request story, top to bottom. Each stage's result is the next one's argument, so the compiler keeps the order.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type OpenRecord, RequestRefused, type RouteNeeds, type UsageOutcome } from '@secrouter/proto';
import { ClientGone } from '../http/client-writer.ts';
import { BODY_LIMITS } from '../http/http-limits.ts';
import { readBody } from '../http/read-body.ts';
import { requireJson } from '../http/require-json.ts';
import { isRevoked } from '../policy/is-revoked.ts';
import { admit, type Reservation } from '../stages/admit.ts';
import { authenticate } from '../stages/authenticate.ts';
import { authorize } from '../stages/authorize.ts';
import { chooseRoute, type Route } from '../stages/choose-route.ts';
import { decideTier, type TierDecision } from '../stages/classify.ts';
import { closeReservation } from '../stages/close.ts';
import { countTokens } from '../stages/count-tokens.ts';
import { decideEmbeddings } from '../stages/decide-embeddings.ts';
import { inputBound, type RequestBounds, requestBounds } from '../stages/estimate.ts';
import { type AttemptLog, forward } from '../stages/forward.ts';
import { isStreamed, type MeterHooks, meterAnswer, meterStream, type Usage } from '../stages/meter.ts';
import { recordOpen, requireRecordable } from '../stages/record.ts';
import { UpstreamDeadline } from '../upstream/upstream-deadline.ts';
import { UpstreamFailure } from '../upstream/upstream-failure.ts';
import { writeAnswerHead } from './answer-head.ts';
import type { Grant } from './grant.ts';
import type { JudgedRequest } from './judged-request.ts';
import { lowerCap, streamExtension } from './output-cap.ts';
import type { PodServices } from './pod-services.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestFacts } from './request-facts.ts';

/** Governs one request from its headers to its close record. Throws RequestRefused, ClientGone or UpstreamFailure. */
export async function governRequest(
  endpoint: JudgedRequest['endpoint'],
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  services: PodServices,
  facts: RequestFacts,
): Promise<void> {
  const { policy } = context;
  const identity = await authenticate(request, policy, services.authenticator, context.sourceIp);
  const grant = authorize(identity, policy, request, services.trail.isTrustedLabeler(context));
  facts.grant = grant;
  // Whoever was revoked while the token was being verified was not yet among the running requests that are ended.
  if (isRevoked(identity, services.policies.current ?? policy))
    throw new RequestRefused('revoked', { reason: 'revocation_list' });
  facts.giveSlotBack = services.slots.take(identity.principal);
  services.trail.noteIdentity(context, grant);
  requireJson(request);
  const bytes = await readBody(request, response, {
    ...BODY_LIMITS,
    maxBytes: policy.config.limits.bodyBytes,
    inFlight: services.bytesInFlight,
  });
  const judged = await services.reading.read(endpoint, bytes, policy.config.limits, context.signal);
  const decision: TierDecision =
    judged.endpoint === 'chat' ? decideTier(judged, grant, policy) : decideEmbeddings(judged, policy);
  const route = chooseRoute(decision, judged, needsOf(judged, decision, context), grant, policy);
  facts.route = route;
  if (route.downgradedFrom !== undefined) services.trail.noteDowngrade(context, grant, route);
  requireRecordable(services.spool);
  const bounds = requestBounds(judged, grant, route.candidates);
  const [primary] = route.candidates;
  const target = { provider: primary.provider, model: primary.id, tier: route.tier };
  const reservation = await admit(
    grant,
    target,
    bounds,
    openRecord(context, grant, route, judged, bounds, services),
    services.store,
    services.nowMs(),
  );
  await carryOut(judged, decision, route, grant, bounds, reservation, response, context, services, facts);
}

// From here on the reservation is closed whatever happens.
async function carryOut(
  judged: JudgedRequest,
  decision: TierDecision,
  route: Route,
  grant: Grant,
  bounds: RequestBounds,
  reservation: Reservation,
  response: ServerResponse,
  context: RequestContext,
  services: PodServices,
  facts: RequestFacts,
): Promise<void> {
  const deadline = new UpstreamDeadline(context.signal, services.nowMs);
  const attempts: AttemptLog = { count: 0, lastModel: undefined, deadline };
  let isClosed = false;
  const close = async (usage: Usage, status: number, reason: string | null): Promise<number> => {
    if (isClosed) return 0;
    isClosed = true;
    facts.usage = usage;
    const model = facts.exchange?.model ?? attempts.lastModel ?? route.candidates[0];
    const upstreamRequestId = facts.exchange?.upstreamRequestId ?? null;
    const closing = { ...usage, model, status, attempts: attempts.count, upstreamRequestId, reason };
    return closeReservation(reservation, closing, context, services);
  };
  try {
    await recordOpen(reservation, services.events);
    const cap = lowerCap(judged, bounds, reservation);
    const changes = { edits: decision.edits, outputCap: cap.written, isChosenByUs: decision.kind === 'tier' };
    const exchange = await forward(judged, route, grant, changes, context, services.forwarding, attempts);
    facts.exchange = exchange;
    let costNanoUsd = 0;
    const hooks: MeterHooks = {
      nowMs: services.nowMs,
      settle: async (usage) => {
        costNanoUsd = await close(usage, exchange.response.statusCode, null);
      },
      extend: streamExtension(bounds, reservation, services.store),
      renew: (streamed) => void services.store.renew(reservation.open.eventId, streamed).catch(() => undefined),
      writeHead: (from, usage, contentLength) =>
        writeAnswerHead(response, {
          context,
          route,
          exchange: from,
          reservation,
          cap,
          contentLength,
          costNanoUsd: usage === undefined ? undefined : costNanoUsd,
          nowMs: services.nowMs(),
        }),
    };
    await (isStreamed(judged, exchange) ? meterStream : meterAnswer)(exchange, judged, response, context, hooks);
  } catch (error) {
    facts.exchange?.response.body.destroy();
    await close(await unanswered(error, judged, attempts), error instanceof RequestRefused ? 0 : 499, reasonOf(error));
    throw error;
  } finally {
    deadline.clear();
  }
}

function openRecord(
  context: RequestContext,
  grant: Grant,
  route: Route,
  judged: JudgedRequest,
  bounds: RequestBounds,
  services: PodServices,
): OpenRecord {
  const { identity } = grant;
  const [primary] = route.candidates;
  const { price } = primary;
  return {
    version: 1,
    eventId: context.eventId,
    requestId: context.requestId,
    time: new Date(context.receivedAtMs).toISOString(),
    cell: services.cell,
    podId: services.podId,
    podStream: services.events.podStream,
    principal: identity.principal,
    email: identity.email ?? null,
    actor: identity.actor ?? null,
    service: identity.isService,
    groups: [...identity.groups],
    costCenter: grant.costCenter ?? null,
    endpoint: judged.endpoint,
    provider: primary.provider,
    model: primary.id,
    tier: route.tier,
    tierSource: route.source,
    streamed: judged.stream,
    inputTokensBound: bounds.inputTokens,
    price:
      price === undefined
        ? null
        : {
            inputPicoUsd: price.inputPicoUsd,
            outputPicoUsd: price.outputPicoUsd,
            cachedInputPicoUsd: price.cachedInputPicoUsd,
            cacheWritePicoUsd: price.cacheWritePicoUsd,
          },
    epoch: context.policy.snapshot.epoch,
    revision: context.policy.snapshot.revision,
  };
}

function needsOf(judged: JudgedRequest, decision: TierDecision, context: RequestContext): RouteNeeds {
  if (judged.endpoint === 'embeddings') return { kind: 'embedding', tools: false, images: false, inputTokens: 0 };
  const first = decision.kind === 'model' ? context.policy.models.byId.get(decision.modelId) : undefined;
  // Four bytes a token: a guess that keeps a request from a model that surely cannot hold it.
  const inputTokens =
    first === undefined ? Math.ceil((judged.bodyBytes - judged.dataUrlBytes) / 4) : inputBound(judged, first);
  return { kind: 'chat', tools: judged.toolCount > 0, images: judged.imageCount > 0, inputTokens };
}

const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };

// A provider that was cut off at work has read the request, and bills that.
async function unanswered(error: unknown, judged: JudgedRequest, attempts: AttemptLog): Promise<Usage> {
  const outcome = outcomeOf(error);
  const wasAtWork = attempts.count > 0 && (outcome === 'client_cancelled' || outcome === 'timeout');
  const tokens = wasAtWork ? await countTokens(judged, '') : NO_TOKENS;
  return { tokens, estimated: wasAtWork, outcome, firstByteMs: null };
}

function outcomeOf(error: unknown): UsageOutcome {
  if (error instanceof ClientGone || error instanceof UpstreamFailure) return 'client_cancelled';
  return error instanceof RequestRefused && error.code === 'upstream_timeout' ? 'timeout' : 'upstream_error';
}

function reasonOf(error: unknown): string | null {
  return error instanceof RequestRefused ? (error.details.reason ?? error.code) : null;
}
