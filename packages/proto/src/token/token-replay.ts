// One-time tokens (`trackJti`): a token's id is accepted once over all pods. What is asked of the shared store is decided
// here; the store itself is a port. It learns hashes, never an id and never a token.
import { createHash } from 'node:crypto';
import type { IssuerRules } from './issuer-rules.ts';
import type { TokenIdentity } from './token-identity.ts';
import { invalidToken, type TokenRefusal } from './token-refusal.ts';

/** A pod whose clock is behind accepts the token for longer; the id is remembered for this long past its end. */
export const clockSpreadSeconds = 600;
/** `maxLifetimeSec` is at most 30 days and `clockToleranceSec` at most 300 s, so nothing valid outlives this. */
export const maxTokenIdLifeSeconds = 30 * 86_400 + 2 * 300 + clockSpreadSeconds;
const replayRetrySeconds = 1;

/** A token id to be remembered: the issuer and the id as hashes, and for how long. */
export interface TokenIdClaim {
  readonly issuerHash: string;
  readonly tokenIdHash: string;
  readonly lifeSeconds: number;
}

/** Remembers an id in one round trip: true when it was not known. Rejects when the store does not answer. */
export type ClaimTokenId = (claim: TokenIdClaim) => Promise<boolean>;

/** What to remember of a token, and for how long. */
export function tokenIdClaim(
  issuer: string,
  tokenId: string,
  acceptableUntilSeconds: number,
  nowSeconds: number,
): TokenIdClaim {
  const lifeSeconds = Math.ceil(acceptableUntilSeconds - nowSeconds) + clockSpreadSeconds;
  return {
    issuerHash: hashOf(issuer),
    tokenIdHash: hashOf(tokenId),
    lifeSeconds: Math.min(maxTokenIdLifeSeconds, Math.max(1, lifeSeconds)),
  };
}

/**
 * Judges whether an accepted token was seen before; asks nobody where the issuer's rules do not want it. A store that
 * does not answer refuses (fail closed), as our own trouble: the caller's token is not at fault.
 */
export async function judgeReplay(
  identity: TokenIdentity,
  rules: IssuerRules,
  nowSeconds: number,
  claim: ClaimTokenId,
): Promise<TokenRefusal | undefined> {
  if (!rules.trackJti) return undefined;
  const { tokenId, issuer, expiresAtSeconds } = identity;
  if (tokenId === undefined) return invalidToken('token_id_missing', 'jti');
  const acceptableUntilSeconds = expiresAtSeconds + rules.clockToleranceSeconds;
  try {
    const isFirst = await claim(tokenIdClaim(issuer, tokenId, acceptableUntilSeconds, nowSeconds));
    return isFirst ? undefined : invalidToken('token_replayed', 'jti');
  } catch {
    // Of the 503 codes this is the one about identity; `budget_unavailable` would send the operator to the budgets.
    const retryAfterSeconds = replayRetrySeconds;
    return { outcome: 'refused', code: 'idp_unavailable', reason: 'replay_check_unavailable', retryAfterSeconds };
  }
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
