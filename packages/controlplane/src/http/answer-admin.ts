// What every admin route stands on: who calls, with which right, and every error as JSON. Never a redirect.
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { type EffectivePolicy, RequestRefused, type Role, type TokenIdClaim } from '@secrouter/proto';
import { type AdminCaller, authenticateAdmin, type BrowserSession } from '../auth/authenticate-admin.ts';
import type { ConsoleContext } from '../context/console-context.ts';
import { type PublishedPolicy, policyOf } from '../policy/published-policy.ts';
import { refusalResponse } from './json-response.ts';

/** What a handler is given: an authenticated caller whose policy holds one of the route's roles. */
export interface AdminRequest {
  readonly request: Request;
  readonly url: URL;
  readonly context: ConsoleContext;
  readonly caller: AdminCaller;
  /** The caller's own policy, as it is now. */
  readonly policy: EffectivePolicy;
  readonly published: PublishedPolicy;
  readonly requestId: string;
  readonly sourceIp: string | null;
}

/** A route's right: one of these roles, or any of them. `admin` holds all. */
export interface AdminRouteOptions {
  readonly role: Role | readonly Role[] | 'any';
}

export type AdminHandler = (admin: AdminRequest) => Promise<Response>;

/** What the wrapper stands on; tests bring their own. */
export interface AdminRouteDependencies {
  readonly context: ConsoleContext;
  readonly readSession: (request: Request) => Promise<BrowserSession | undefined>;
}

/** Answers one request. */
export async function answerAdmin(
  deps: AdminRouteDependencies,
  options: AdminRouteOptions,
  handler: AdminHandler,
  request: Request,
): Promise<Response> {
  const requestId = requestIdOf(request);
  try {
    const admin = await admit(deps, options, request, requestId);
    return withHeaders(await handler(admin), requestId, { 'x-secrouter-revision': String(admin.published.revision) });
  } catch (error) {
    return withHeaders(errorResponse(deps.context, error, requestId), requestId);
  }
}

async function admit(
  { context, readSession }: AdminRouteDependencies,
  options: AdminRouteOptions,
  request: Request,
  requestId: string,
): Promise<AdminRequest> {
  const published = await context.policyReader.current();
  if (published === undefined) throw new RequestRefused('policy_unavailable', { retryAfterSeconds: RETRY_SECONDS });
  const caller = await authenticateAdmin(request, {
    published,
    issuers: () => context.issuerKeys.trusted(published.config.security.oidc),
    tokenCache: context.tokenCache,
    claimTokenId: (claim) => claimTokenId(context, claim),
    readSession,
    nowSeconds: Math.floor(Date.now() / 1_000),
  });
  const { principal, groups, isMachine } = caller;
  const policy = policyOf(published, { principal, groups, service: isMachine });
  if (policy === undefined) throw new RequestRefused('not_authorized', { reason: 'no_rule_matches' });
  requireRole(policy, options.role);
  if (isMachine) requireOwnRule(published, principal);
  const url = new URL(request.url);
  return { request, url, context, caller, policy, published, requestId, sourceIp: sourceIpOf(request) };
}

const RETRY_SECONDS = 5;

async function claimTokenId({ redis, keys }: ConsoleContext, claim: TokenIdClaim): Promise<boolean> {
  const key = keys.tokenId(claim.issuerHash, claim.tokenIdHash);
  return (await redis.set(key, '1', 'EX', claim.lifeSeconds, 'NX')) === 'OK';
}

function requireRole(policy: EffectivePolicy, role: AdminRouteOptions['role']): void {
  const isHeld = (wanted: Role) => policy.admin || policy.roles.includes(wanted);
  const wanted: readonly Role[] = typeof role === 'string' ? (role === 'any' ? [] : [role]) : role;
  const isAllowed = role === 'any' ? policy.admin || policy.roles.length > 0 : wanted.some(isHeld);
  if (isAllowed) return;
  throw new RequestRefused('admin_required', { reason: `needs:${role === 'any' ? 'any role' : wanted.join(' or ')}` });
}

// A machine is listed by a user rule of its own that states its right; a group or the default never raises it.
function requireOwnRule(published: PublishedPolicy, principal: string): void {
  const { users } = published.config.security.policy;
  const rule = Object.hasOwn(users, principal) ? users[principal] : undefined;
  if (rule?.admin === true || (rule?.roles ?? []).length > 0) return;
  throw new RequestRefused('admin_required', { reason: 'machine_not_listed' });
}

function errorResponse(context: ConsoleContext, error: unknown, requestId: string): Response {
  if (error instanceof RequestRefused) {
    const { reason, cause } = error.details;
    context.log.info({ requestId, code: error.code, reason, err: cause }, 'admin request refused');
    return refusalResponse(error.code, error.details);
  }
  // The details are for the log; the caller learns that it is our trouble and may pass.
  context.log.error({ requestId, err: error }, 'admin request failed');
  return refusalResponse('policy_unavailable', { retryAfterSeconds: RETRY_SECONDS, message: OUR_TROUBLE });
}

const OUR_TROUBLE = 'The control plane cannot answer at the moment. Try again shortly.';

function withHeaders(response: Response, requestId: string, more: Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers(response.headers);
  headers.set('cache-control', 'no-store');
  headers.set('x-request-id', requestId);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return new Response(response.body, { status: response.status, headers });
}

// The data plane has named the request already; anything else on this header is not a name.
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id') ?? '';
  return /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID();
}

// The console listens behind the data plane alone, which appends the peer that it saw itself.
function sourceIpOf(request: Request): string | null {
  const last = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  return isIP(last) === 0 ? null : last;
}
