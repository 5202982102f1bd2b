// Stage 8 of 10. In: the route. Out: an exchange with the first candidate that answers. Each attempt asks for its own
// permit; the next one is tried only while the client has not received a byte.
import { type ModelConfig, RequestRefused } from '@secrouter/proto';
import type { Grant } from '../request/grant.ts';
import type { JudgedRequest } from '../request/judged-request.ts';
import type { RequestContext } from '../request/request-context.ts';
import type { Circuits } from '../upstream/circuits.ts';
import { type EgressPermit, permitEgress } from '../upstream/egress-permit.ts';
import type { LiveModels } from '../upstream/live-models.ts';
import type { OutstandingRequests } from '../upstream/outstanding-requests.ts';
import type { ProviderCredentials } from '../upstream/provider-credentials.ts';
import { sendReplaying } from '../upstream/send-replaying.ts';
import { sendUpstream, type UpstreamResponse, type UpstreamSending } from '../upstream/send-upstream.ts';
import type { UpstreamConnections } from '../upstream/upstream-connections.ts';
import type { UpstreamDeadline } from '../upstream/upstream-deadline.ts';
import { refusalOf, UpstreamFailure, upstreamFailure } from '../upstream/upstream-failure.ts';
import type { Route } from './choose-route.ts';
import { ANSWERED, isAnswer, judgeStatus, type UpstreamRefusal } from './judge-status.ts';
import { type Attempt, planAttempts } from './plan-attempts.ts';
import { type BodyChanges, upstreamBody } from './upstream-body.ts';

/** An answer whose headers came. */
export interface Exchange {
  readonly model: ModelConfig;
  readonly response: UpstreamResponse;
  readonly attempts: number;
  readonly adjusted: readonly string[];
  readonly upstreamRequestId: string | null;
  /** The usage chunk was asked for by us and must be taken out again. */
  readonly removesUsage: boolean;
}

export interface ForwardDependencies {
  readonly connections: UpstreamConnections;
  readonly circuits: Circuits;
  readonly credentials: ProviderCredentials;
  readonly outstanding: OutstandingRequests;
  readonly liveModels: LiveModels;
  readonly random: () => number;
  /** A provider refused our own key: somebody must act. */
  readonly onKeyRefused: (provider: string) => void;
  /** Servers that refuse `stream_options`; asked once without and remembered. */
  readonly withoutStreamUsage: Set<string>;
}

/** Attempts that were made, for the usage row; filled while forwarding, also when it ends in a refusal. */
export interface AttemptLog {
  count: number;
  lastModel: ModelConfig | undefined;
  /** Bounds all attempts and the answer together. */
  readonly deadline: UpstreamDeadline;
}

const PROVIDER_RETRY_SECONDS = 5;

/** Tries the candidates in order. Throws RequestRefused when none answers, UpstreamFailure('aborted') when the client left. */
export async function forward(
  request: JudgedRequest,
  route: Route,
  grant: Grant,
  changes: Omit<BodyChanges, 'askForUsage'>,
  context: RequestContext,
  dependencies: ForwardDependencies,
  attempts: AttemptLog,
): Promise<Exchange> {
  let refusal: RequestRefused | undefined;
  for (const { model, endpoint } of attemptsOf(route, context, dependencies)) {
    const permitted = permitEgress(grant, context.policy, model, endpoint, route.reach);
    if (permitted.outcome === 'refused') {
      refusal ??= new RequestRefused(permitted.code, { reason: permitted.reason });
      continue;
    }
    // Before the circuit is asked: a probe that is not sent would never report.
    const way = await wayTo(model, context, dependencies, attempts.deadline);
    if (context.signal.aborted) throw new UpstreamFailure('aborted', context.signal.reason);
    if (way instanceof RequestRefused) {
      refusal = way;
      continue;
    }
    if (!dependencies.circuits.mayTry(model.provider, endpoint, model.id)) continue;
    attempts.lastModel = model;
    const answer = await attempt(permitted.permit, way, request, changes, context, dependencies, attempts);
    if (answer.outcome === 'answered') return answer.exchange;
    refusal = answer.refusal;
    if (answer.isFinal) throw refusal;
  }
  throw refusal ?? unreachable('circuits_open');
}

function unreachable(reason: string): RequestRefused {
  return new RequestRefused('provider_unavailable', { retryAfterSeconds: PROVIDER_RETRY_SECONDS, reason });
}

function attemptsOf(
  { candidates }: Route,
  { policy }: RequestContext,
  { circuits, outstanding, liveModels, random }: ForwardDependencies,
): readonly Attempt[] {
  return planAttempts(candidates, policy.config.providers, {
    isAvailable: (provider, endpoint, model) => circuits.isAvailable(provider, endpoint, model),
    outstanding: (provider, endpoint) => outstanding.count(provider, endpoint),
    liveness: (provider, endpoint, name) => liveModels.livenessOf(provider, endpoint, name),
    random,
  });
}

/** A provider with its connections and its credential. */
type Way = Pick<UpstreamSending, 'provider' | 'dispatcher' | 'secret'>;

// A token that is not there yet is waited for, within the request's own deadline.
async function wayTo(
  { provider: name }: ModelConfig,
  context: RequestContext,
  { connections, credentials }: ForwardDependencies,
  deadline: UpstreamDeadline,
): Promise<Way | RequestRefused> {
  const provider = context.policy.config.providers[name];
  const dispatcher = connections.dispatcherOf(name);
  if (provider === undefined || dispatcher === undefined) return unreachable('no_connection');
  deadline.limit(provider.timeouts.totalMs);
  const asked = credentials.secretOf(provider, () => deadline.signal.toSignal());
  const credential = asked instanceof Promise ? await asked : asked;
  if (credential.outcome === 'missing') return unreachable('credential_missing');
  return { provider, dispatcher, secret: credential.secret };
}

type AttemptOutcome =
  | { readonly outcome: 'answered'; readonly exchange: Exchange }
  | { readonly outcome: 'failed'; readonly refusal: RequestRefused; readonly isFinal: boolean };

async function attempt(
  permit: EgressPermit,
  way: Way,
  request: JudgedRequest,
  changes: Omit<BodyChanges, 'askForUsage'>,
  context: RequestContext,
  dependencies: ForwardDependencies,
  attempts: AttemptLog,
): Promise<AttemptOutcome> {
  const { model } = permit;
  const { provider } = way;
  const canAsk = provider.streamUsage && !dependencies.withoutStreamUsage.has(permit.baseUrl);
  const asksForUsage = canAsk && request.endpoint === 'chat' && request.stream && !request.includeUsage;
  const body = upstreamBody(request, model, { ...changes, askForUsage: asksForUsage });
  try {
    const ended = dependencies.outstanding.begin(model.provider, permit.baseUrl);
    const response = await sendReplaying(attempts, ended, () =>
      sendUpstream(permit, {
        ...way,
        endpoint: request.endpoint,
        isStream: request.stream,
        body: body.bytes,
        forwardedHeaders: context.forwardedHeaders,
        signal: attempts.deadline.signal,
      }),
    );
    const judged = isAnswer(response)
      ? ANSWERED
      : await judgeStatus(response, () => dependencies.onKeyRefused(model.provider));
    if (judged.outcome === 'refused') {
      if (asksForUsage && isStreamOptionsRefusal(judged)) {
        dependencies.withoutStreamUsage.add(permit.baseUrl);
        return await attempt(permit, way, request, changes, context, dependencies, attempts);
      }
      noteRefusal(judged, permit, way, dependencies);
      return failed(judged.refusal, !judged.mayTryNext);
    }
    dependencies.circuits.succeeded(model.provider, permit.baseUrl, model.id);
    const upstreamRequestId = boundedHeader(response.headers['x-request-id'] ?? response.headers['request-id']);
    const told = { attempts: attempts.count, adjusted: body.adjusted, upstreamRequestId };
    return { outcome: 'answered', exchange: { model, response, ...told, removesUsage: asksForUsage } };
  } catch (error) {
    if (error instanceof RequestRefused) return failed(error, true);
    return failedAttempt(upstreamFailure(error), permit, context, dependencies, attempts);
  }
}

function noteRefusal(
  judged: UpstreamRefusal,
  { model, baseUrl }: EgressPermit,
  { provider, secret }: Way,
  { circuits, credentials }: ForwardDependencies,
): void {
  if (judged.status === 401) credentials.refused(provider, secret);
  if (judged.countsAgainst === 'model')
    circuits.failed({ provider: model.provider, endpoint: baseUrl, model: model.id });
  else circuits.succeeded(model.provider, baseUrl, model.id);
}

function failedAttempt(
  failure: UpstreamFailure,
  permit: EgressPermit,
  context: RequestContext,
  { circuits }: ForwardDependencies,
  { deadline }: AttemptLog,
): AttemptOutcome {
  if (context.signal.aborted) throw new UpstreamFailure('aborted', failure);
  const { provider, id } = permit.model;
  if (failure.kind === 'connect' || failure.kind === 'tls')
    circuits.failed({ provider, endpoint: permit.baseUrl, model: '' });
  if (failure.kind === 'timeout') circuits.failed({ provider, endpoint: permit.baseUrl, model: id });
  const refusal = new RequestRefused(refusalOf(failure.kind), { reason: `upstream_${failure.kind}`, cause: failure });
  return failed(refusal, deadline.signal.isOver || failure.kind === 'address' || failure.kind === 'protocol');
}

function failed(refusal: RequestRefused, isFinal: boolean): AttemptOutcome {
  return { outcome: 'failed', refusal, isFinal };
}

function isStreamOptionsRefusal(judged: UpstreamRefusal): boolean {
  return judged.status === 400 && /stream_options|include_usage/.test(judged.refusal.details.message ?? '');
}

const MAX_UPSTREAM_ID_LENGTH = 128;

function boundedHeader(value: string | string[] | undefined): string | null {
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined ? null : text.slice(0, MAX_UPSTREAM_ID_LENGTH);
}
