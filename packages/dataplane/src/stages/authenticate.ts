// Stage 1 of 10. In: headers. Out: the identity that the token proves. Throws 400, 401 or 503.
import type { IncomingMessage } from 'node:http';
import {
  bearerChallenge,
  type ChallengeCode,
  type ClaimTokenId,
  type Credential,
  invalidToken,
  judgeDelegation,
  judgeReplay,
  RequestRefused,
  readCredential,
  type TokenIdentity,
  type TokenRefusal,
  type TrustedIssuer,
  type VerifiedTokenCache,
  verifyToken,
} from '@secrouter/proto';
import { DEVELOPER } from '../identity/developer.ts';
import type { FailureLane } from '../identity/failure-lane.ts';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import { isRevoked } from '../policy/is-revoked.ts';

/** What judging a token needs besides the policy. */
export interface Authenticator {
  readonly issuers: () => readonly TrustedIssuer[];
  readonly cache: VerifiedTokenCache;
  readonly lane: FailureLane;
  /** Remembers the id of a one-time token over all pods; asked only where the issuer's rules want it. */
  readonly claimTokenId: ClaimTokenId;
  readonly nowMs: () => number;
}

/** Judges the request's credential. */
export async function authenticate(
  request: IncomingMessage,
  policy: CompiledPolicy,
  authenticator: Authenticator,
  sourceIp: string | null,
): Promise<TokenIdentity> {
  if (!policy.config.security.enabled) return DEVELOPER;
  const token = tokenOf(credentialOf(request));
  const issuers = authenticator.issuers();
  const nowSeconds = Math.floor(authenticator.nowMs() / 1_000);
  refuseFailingSource(token, authenticator, sourceIp, nowSeconds);
  const judged = await verifyToken(token, {
    issuers,
    nowSeconds,
    policyNamesGroups: policy.policyNamesGroups,
    cache: authenticator.cache,
  });
  if (judged.outcome === 'refused') {
    noteFailure(token, judged, authenticator, sourceIp);
    throw refusal(judged);
  }
  authenticator.lane.noteGood(sourceIp, token, judged.identity.expiresAtSeconds);
  const identity = actingIdentity(request, judged.identity, issuers);
  if (isRevoked(identity, policy)) throw new RequestRefused('revoked', { reason: 'revocation_list' });
  // Last of all, so that only a request that is let in uses a one-time token up.
  const trusted = issuers.find(({ rules }) => rules.issuer === identity.issuer);
  const replay = trusted && (await judgeReplay(identity, trusted.rules, nowSeconds, authenticator.claimTokenId));
  if (replay !== undefined) throw refusal(replay);
  return identity;
}

// Before any cryptography: a source that keeps failing waits, unless its token is known to be good; a forgery that was
// seen a moment ago is answered from memory.
function refuseFailingSource(
  token: string,
  { lane, cache }: Authenticator,
  sourceIp: string | null,
  nowSeconds: number,
): void {
  if (!lane.hasFailed(sourceIp)) return;
  // The cache forgets within a minute and with each change of policy; the lane keeps what a failing source showed.
  const isKnownGood = lane.isKnownGood(token) || cache.isKnownGood(token, nowSeconds);
  const retryAfterSeconds = isKnownGood ? undefined : lane.waitSeconds(sourceIp);
  if (retryAfterSeconds !== undefined)
    throw new RequestRefused('too_many_failures', { retryAfterSeconds, reason: 'failing_source' });
  if (!lane.isForgery(token)) return;
  lane.noteFailure(sourceIp);
  throw refusal(invalidToken('bad_signature'));
}

// An expired or single-factor token was signed by its issuer: its holder is no forger. Our own trouble counts for nobody.
function noteFailure(token: string, judged: TokenRefusal, { lane }: Authenticator, sourceIp: string | null): void {
  if (judged.code !== 'invalid_token') return;
  lane.noteFailure(sourceIp);
  if (judged.reason === 'bad_signature') lane.noteForgery(token);
}

/** Where the request's credential stands. */
export function credentialOf(request: IncomingMessage): Credential {
  const { headersDistinct, url = '' } = request;
  return readCredential({
    authorization: headersDistinct.authorization ?? [],
    xApiKey: headersDistinct['x-api-key'] ?? [],
    apiKey: headersDistinct['api-key'] ?? [],
    hasQueryToken: /[?&](access_token|api_key|token)=/i.test(url),
  });
}

function tokenOf(credential: Credential): string {
  if (credential.outcome === 'token') return credential.token;
  const isMissing = credential.outcome === 'missing';
  const code = isMissing ? 'missing_token' : 'invalid_request';
  throw new RequestRefused(code, {
    ...(isMissing ? {} : { param: 'authorization' }),
    reason: isMissing ? 'no_credential' : 'ambiguous_credential',
    headers: { 'www-authenticate': bearerChallenge(code) },
  });
}

function refusal(judged: TokenRefusal): RequestRefused {
  const { code, reason, claim, stepUp, retryAfterSeconds } = judged;
  return new RequestRefused(code, {
    reason: claim === undefined ? reason : `${reason}:${claim}`,
    ...(code === 'idp_unavailable'
      ? { retryAfterSeconds: retryAfterSeconds ?? 5 }
      : { headers: { 'www-authenticate': bearerChallenge(code as ChallengeCode, stepUp) } }),
  });
}

function actingIdentity(
  request: IncomingMessage,
  identity: TokenIdentity,
  issuers: readonly TrustedIssuer[],
): TokenIdentity {
  if (!identity.isDelegating) return identity;
  const trusted = issuers.find(({ rules }) => rules.issuer === identity.issuer);
  if (trusted === undefined) return identity;
  const { rules, namespace } = trusted;
  const header = (name: string | undefined) => (name === undefined ? undefined : request.headersDistinct[name]);
  const users = header(rules.actingUserHeader) ?? [];
  const groups = header(rules.actingGroupsHeader) ?? [];
  if (users.length > 1 || groups.length > 1) throw new RequestRefused('invalid_request', { param: 'acting_user' });
  const judged = judgeDelegation(identity, rules, namespace, {
    ...(users[0] === undefined ? {} : { actingUser: users[0] }),
    ...(groups[0] === undefined ? {} : { actingGroups: groups[0] }),
  });
  if (judged.outcome === 'refused')
    throw new RequestRefused(judged.code, { param: judged.param, reason: 'delegation' });
  return judged.identity;
}
