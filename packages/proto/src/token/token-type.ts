// An access token is told from every other JWT of the same issuer: ID, refresh and logout tokens are signed with the
// same keys (RFC 8725 section 3.11, RFC 9068 section 4).
import type { IssuerRules } from './issuer-rules.ts';
import type { PreParsedToken, TokenClaims } from './pre-parse.ts';
import { claimAt, oneOrMoreClaim } from './read-claim.ts';
import { invalidToken, type TokenRefusal } from './token-refusal.ts';

const accessTokenType = 'at+jwt';
const genericType = 'jwt';

/** Keycloak names the kind in the payload and leaves the header's `typ` at `JWT`. */
const otherPayloadTypes = ['id', 'refresh', 'offline', 'logout', 'serialized-id', 'registrationaccesstoken'];

/** Refuses what is not an access token by its `typ` or by its looks. */
export function judgeTokenType(token: PreParsedToken, rules: IssuerRules): TokenRefusal | undefined {
  const type = (token.header.typ ?? '').toLowerCase().replace(/^application\//, '');
  if (type === accessTokenType) return undefined;
  const accepted = rules.tokenTypes?.map((listed) => listed.toLowerCase().replace(/^application\//, ''));
  if (!(accepted ?? [genericType]).includes(type)) return invalidToken('token_type', 'typ');

  const payloadType = claimAt(token.claims, 'typ');
  if (typeof payloadType === 'string' && otherPayloadTypes.includes(payloadType.toLowerCase())) {
    return invalidToken('token_type', 'typ');
  }
  return looksLikeIdToken(token.claims, rules) ? invalidToken('id_token') : undefined;
}

function looksLikeIdToken(claims: TokenClaims, rules: IssuerRules): boolean {
  if (['nonce', 'at_hash', 'c_hash'].some((name) => Object.hasOwn(claims, name))) return true;
  const audiences = oneOrMoreClaim(claims, 'aud');
  if (rules.clientId === undefined || audiences.length !== 1 || audiences[0] !== rules.clientId) return false;
  // Where the file makes the console's client the audience too, only what an ID token never has tells them apart.
  const isSharedAudience = rules.audiences.includes(rules.clientId);
  return !(isSharedAudience && (Object.hasOwn(claims, 'scope') || Object.hasOwn(claims, 'scp')));
}
