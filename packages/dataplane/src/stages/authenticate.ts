// Stage 1 of 10. In: headers. Out: the identity that the token proves. Throws 400, 401 or 503.
import type { IncomingMessage } from 'node:http';
import {
  bearerChallenge,
  type ChallengeCode,
  type ClaimTokenId,
  type Credential,
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
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';

/** What judging a token needs besides the policy. */
export interface Authenticator {
  readonly issuers: () => readonly TrustedIssuer[];
  readonly cache: VerifiedTokenCache;
  /** Remembers the id of a one-time token over all pods; asked only where the issuer's rules want it. */
  readonly claimTokenId: ClaimTokenId;
  readonly nowMs: () => number;
}

/** Judges the request's credential. */
export async function authenticate(
  request: IncomingMessage,
  policy: CompiledPolicy,
  authenticator: Authenticator,
): Promise<TokenIdentity> {
  const token = tokenOf(credentialOf(request));
  const issuers = authenticator.issuers();
  const nowSeconds = Math.floor(authenticator.nowMs() / 1_000);
  const judged = await verifyToken(token, {
    issuers,
    nowSeconds,
    policyNamesGroups: policy.policyNamesGroups,
    cache: authenticator.cache,
  });
  if (judged.outcome === 'refused') throw refusal(judged);
  const identity = actingIdentity(request, judged.identity, issuers);
  refuseRevoked(identity, policy);
  // Last of all, so that only a request that is let in uses a one-time token up.
  const trusted = issuers.find(({ rules }) => rules.issuer === identity.issuer);
  const replay = trusted && (await judgeReplay(identity, trusted.rules, nowSeconds, authenticator.claimTokenId));
  if (replay !== undefined) throw refusal(replay);
  return identity;
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

function refuseRevoked(identity: TokenIdentity, policy: CompiledPolicy): void {
  const { principal, token, client } = policy.revoked;
  const isRevoked =
    principal.has(identity.principal) ||
    (identity.actor !== undefined && principal.has(identity.actor)) ||
    (identity.tokenId !== undefined && token.has(identity.tokenId)) ||
    (identity.clientId !== undefined && client.has(identity.clientId));
  if (isRevoked) throw new RequestRefused('revoked', { reason: 'revocation_list' });
}
