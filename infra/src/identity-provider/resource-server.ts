// The API for which this provider issues access tokens. RFC 8707 demands an absolute URI as the resource indicator;
// the audience in the token is the plain name that the quick start's configuration states.
import type { ResourceServer } from 'oidc-provider';

/** `aud` of every access token; `security.oidc.audience` of the quick start must be the same. */
export const API_AUDIENCE = 'secrouter';
export const API_RESOURCE = 'urn:secrouter:api';
export const API_SCOPE = 'secrouter';

/** A working day: long enough for a token pasted into an editor, below the gateway's 24 h cap. */
const ACCESS_TOKEN_SECONDS = 8 * 3_600;

/** How access tokens for the API are made: JWTs (RFC 9068) signed with the newest key. */
export function apiResourceServer(signingKeyId: string): ResourceServer {
  return {
    scope: API_SCOPE,
    audience: API_AUDIENCE,
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256', kid: signingKeyId } },
  };
}
