// Who calls an admin route: a bearer token, judged by the same rules as on the data plane, or the console's session. Rights
// are not part of it; they are read from the policy in force on each request.
import { timingSafeEqual } from 'node:crypto';
import {
  type AdminTokenRefusal,
  bearerChallenge,
  type ChallengeCode,
  type ClaimTokenId,
  judgeAdminSignIn,
  judgeAdminToken,
  judgeReplay,
  RequestRefused,
  readCredential,
  type TokenIdentity,
  type TokenRefusal,
  type TrustedIssuer,
  type VerifiedTokenCache,
  verifyToken,
} from '@secrouter/proto';
import type { PublishedPolicy } from '../policy/published-policy.ts';

/** A session of the console, as its reader returns it. */
export interface BrowserSession {
  readonly principal: string;
  readonly email?: string;
  readonly groups: readonly string[];
  readonly issuer: string;
  readonly authTimeSeconds?: number;
  readonly csrfToken: string;
}

/** Who called. */
export interface AdminCaller {
  readonly principal: string;
  readonly email?: string;
  /** Groups and roles, as the policy merge takes them. */
  readonly groups: readonly string[];
  readonly via: 'token' | 'session';
  /** A machine, or somebody who may act for others: such a caller needs a user rule of its own. */
  readonly isMachine: boolean;
}

export interface AdminAuthentication {
  readonly published: PublishedPolicy;
  readonly issuers: () => Promise<readonly TrustedIssuer[]>;
  readonly tokenCache: VerifiedTokenCache;
  /** Remembers the id of a one-time token, in the same place as the pods do. */
  readonly claimTokenId: ClaimTokenId;
  readonly readSession: (request: Request) => Promise<BrowserSession | undefined>;
  readonly nowSeconds: number;
}

/** Judges the request's credential. Throws 400, 401, 403 or 503. */
export async function authenticateAdmin(request: Request, judging: AdminAuthentication): Promise<AdminCaller> {
  const credential = readCredential({
    authorization: valuesOf(request, 'authorization'),
    xApiKey: valuesOf(request, 'x-api-key'),
    apiKey: valuesOf(request, 'api-key'),
    hasQueryToken: /[?&](access_token|api_key|token)=/i.test(request.url),
  });
  if (credential.outcome === 'malformed')
    throw challenged('invalid_request', { param: 'authorization', reason: 'ambiguous_credential' });
  if (credential.outcome === 'token') return authenticateToken(request, credential.token, judging);
  const session = await judging.readSession(request);
  if (session === undefined) throw challenged('missing_token', { reason: 'no_credential' });
  return authenticateSession(request, session, judging);
}

async function authenticateToken(request: Request, token: string, judging: AdminAuthentication): Promise<AdminCaller> {
  const { published, nowSeconds, tokenCache } = judging;
  const issuers = await judging.issuers();
  const { policyNamesGroups } = published;
  const judged = await verifyToken(token, { issuers, nowSeconds, policyNamesGroups, cache: tokenCache });
  if (judged.outcome === 'refused') throw refusalOf(judged);
  const { identity } = judged;
  refuseRevoked(identity, published);
  const rules = issuers.find((issuer) => issuer.rules.issuer === identity.issuer)?.rules;
  if (rules !== undefined) {
    refuseDelegated(request, identity, rules.actingUserHeader);
    throwAdminRefusal(judgeAdminToken(identity, rules, nowSeconds));
    const replay = await judgeReplay(identity, rules, nowSeconds, judging.claimTokenId);
    if (replay !== undefined) throw refusalOf(replay);
  }
  const { principal, email, groups, roles, isService, isDelegating } = identity;
  return {
    principal,
    ...(email === undefined ? {} : { email }),
    groups: [...groups, ...roles],
    via: 'token',
    isMachine: isService || isDelegating,
  };
}

function authenticateSession(request: Request, session: BrowserSession, judging: AdminAuthentication): AdminCaller {
  const { published, nowSeconds } = judging;
  if (published.revoked.principal.has(session.principal)) throw new RequestRefused('revoked', { reason: 'principal' });
  const rules = published.config.security.oidc.find(({ issuer }) => issuer === session.issuer);
  // A sign-in at an issuer that the file no longer trusts is none.
  if (rules === undefined) throw challenged('missing_token', { reason: 'issuer_gone' });
  throwAdminRefusal(judgeAdminSignIn(session.authTimeSeconds, rules, nowSeconds));
  if (isWrite(request)) requireCsrfToken(request, session);
  const { principal, email, groups } = session;
  return { principal, ...(email === undefined ? {} : { email }), groups, via: 'session', isMachine: false };
}

// A header that another origin's page cannot set; Sec-Fetch-Site tells of one that tried.
function requireCsrfToken(request: Request, session: BrowserSession): void {
  const sent = Buffer.from(request.headers.get('x-csrf-token') ?? '');
  const expected = Buffer.from(session.csrfToken);
  const isOurs = sent.length === expected.length && timingSafeEqual(sent, expected);
  if (isOurs && request.headers.get('sec-fetch-site') !== 'cross-site') return;
  throw new RequestRefused('admin_required', {
    reason: 'csrf',
    message: "The page's security token is missing or too old. Reload the page and try again.",
  });
}

/** Nobody administers in somebody else's name. */
function refuseDelegated(request: Request, identity: TokenIdentity, actingUserHeader: string | undefined): void {
  if (identity.isDelegating && actingUserHeader !== undefined && request.headers.has(actingUserHeader))
    throw new RequestRefused('admin_required', { reason: 'delegated' });
}

function throwAdminRefusal(refused: AdminTokenRefusal | undefined): void {
  if (refused === undefined) return;
  const { code, reason, stepUp } = refused;
  throw code === 'admin_required' ? new RequestRefused(code, { reason }) : challenged(code, { reason }, stepUp);
}

function refuseRevoked(identity: TokenIdentity, { revoked }: PublishedPolicy): void {
  const isRevoked =
    revoked.principal.has(identity.principal) ||
    (identity.tokenId !== undefined && revoked.token.has(identity.tokenId)) ||
    (identity.clientId !== undefined && revoked.client.has(identity.clientId));
  if (isRevoked) throw new RequestRefused('revoked', { reason: 'revocation_list' });
}

function refusalOf(judged: TokenRefusal): RequestRefused {
  const { code, reason, claim, stepUp, retryAfterSeconds } = judged;
  const details = { reason: claim === undefined ? reason : `${reason}:${claim}` };
  if (code === 'idp_unavailable')
    return new RequestRefused(code, { ...details, retryAfterSeconds: retryAfterSeconds ?? 5 });
  return challenged(code, details, stepUp);
}

function challenged(
  code: ChallengeCode,
  details: { readonly param?: string; readonly reason: string },
  stepUp?: TokenRefusal['stepUp'],
): RequestRefused {
  return new RequestRefused(code, { ...details, headers: { 'www-authenticate': bearerChallenge(code, stepUp) } });
}

/** `Headers` joins repeated lines; a credential holds no comma, so that two of them read as malformed. */
function valuesOf(request: Request, name: string): string[] {
  const value = request.headers.get(name);
  return value === null ? [] : value.split(', ');
}

function isWrite(request: Request): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD';
}
