// What operators ask a pod: liveness, readiness, metrics, statistics, reload.

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerChallenge, judgeAdminToken, RequestRefused } from '@secrouter/proto';
import { type CounterValue, countsByName } from '../../observe/pod-metrics.ts';
import type { Grant } from '../../request/grant.ts';
import type { PodServices } from '../../request/pod-services.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { authenticate } from '../../stages/authenticate.ts';
import { authorize } from '../../stages/authorize.ts';
import { sendJson } from '../send-json.ts';

/** Whether this pod can serve, and what it lacks that others share. */
export interface Readiness {
  /** Causes of its own; any of them means 503. */
  readonly reasons: readonly string[];
  /** Shared trouble; still 200. */
  readonly degraded: readonly string[];
  readonly policyAgeSeconds: number | undefined;
}

/** GET /health: nothing but life. */
export function showHealth(response: ServerResponse): void {
  sendJson(response, 200, { status: 'ok' });
}

/** GET /ready. */
export function showReadiness(response: ServerResponse, readiness: Readiness): void {
  const { reasons, degraded, policyAgeSeconds } = readiness;
  const isReady = reasons.length === 0;
  sendJson(response, isReady ? 200 : 503, {
    status: isReady ? 'ready' : 'not_ready',
    ...(isReady ? {} : { reasons }),
    ...(degraded.length === 0 ? {} : { degraded }),
    ...(policyAgeSeconds === undefined ? {} : { policyAgeSeconds }),
  });
}

/** GET /metrics behind its own bearer. Throws 404 while it is off, 401 without the bearer. */
export async function showMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  services: PodServices,
  bearer: string | undefined,
): Promise<void> {
  if (bearer === undefined) throw new RequestRefused('not_found');
  const sent = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${bearer}`);
  if (sent.byteLength !== wanted.byteLength || !timingSafeEqual(sent, wanted))
    throw new RequestRefused('invalid_token', {
      reason: 'metrics_bearer',
      headers: { 'www-authenticate': 'Bearer realm="metrics"' },
    });
  await writeMetrics(response, services);
}

/** The scrape itself, for the management port. */
export async function writeMetrics(response: ServerResponse, services: PodServices): Promise<void> {
  const { registry } = services.metrics;
  response.statusCode = 200;
  response.setHeader('content-type', registry.contentType);
  response.end(await registry.metrics());
}

/** Refuses whoever's effective policy does not say `admin`, and tokens without what their issuer's rules ask of admins. */
export async function requireAdmin(
  request: IncomingMessage,
  context: RequestContext,
  services: PodServices,
): Promise<Grant> {
  const identity = await authenticate(request, context.policy, services.authenticator, context.sourceIp);
  const grant = authorize(identity, context.policy, request, false);
  // Machines and delegated users never reach administration.
  if (!grant.policy.admin || identity.isService || identity.actor !== undefined)
    throw new RequestRefused('admin_required', { reason: 'no_admin_right' });
  requireAdminToken(grant, context, services);
  return grant;
}

function requireAdminToken({ identity }: Grant, { policy }: RequestContext, services: PodServices): void {
  const rules = policy.config.security.oidc.find(({ issuer }) => issuer === identity.issuer);
  const refused = rules && judgeAdminToken(identity, rules, Math.floor(services.nowMs() / 1_000));
  if (refused === undefined) return;
  const { code, reason, stepUp } = refused;
  const isChallenged = code !== 'admin_required';
  throw new RequestRefused(code, {
    reason,
    ...(isChallenged ? { headers: { 'www-authenticate': bearerChallenge(code, stepUp) } } : {}),
  });
}

/** GET /stats: this pod since its start, and the fleet's sum. */
export function showStats(
  response: ServerResponse,
  own: readonly CounterValue[],
  fleet: { readonly pods: number; readonly counters: readonly CounterValue[] },
  startedAtMs: number,
): void {
  sendJson(response, 200, {
    since: new Date(startedAtMs).toISOString(),
    pod: countsByName(own),
    fleet: { pods: fleet.pods, ...countsByName(fleet.counters) },
  });
}
