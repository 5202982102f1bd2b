// The WWW-Authenticate value of each refusal: RFC 6750 section 3 for bearer errors, RFC 9470 section 3 for step-up.
import type { StepUp, TokenRefusalCode } from './token-refusal.ts';

/** Codes that carry a challenge: the token codes, and a request without a usable credential. */
export type ChallengeCode = Exclude<TokenRefusalCode, 'idp_unavailable'> | 'missing_token' | 'invalid_request';

const descriptions: Readonly<Record<Exclude<ChallengeCode, 'missing_token'>, readonly [error: string, text: string]>> =
  {
    invalid_request: ['invalid_request', 'Send exactly one Authorization header of the form: Bearer token'],
    invalid_token: ['invalid_token', 'The access token is not valid here'],
    token_expired: ['invalid_token', 'The access token has expired'],
    mfa_required: ['insufficient_user_authentication', 'Sign in with a second factor'],
    acr_insufficient: ['insufficient_user_authentication', 'Sign in at a higher assurance level'],
    auth_too_old: ['insufficient_user_authentication', 'Sign in again'],
    insufficient_scope: ['insufficient_scope', 'The access token lacks a required scope'],
    groups_overage: ['insufficient_scope', 'The access token could not carry all groups'],
  };

/** The header's value; a request without a credential gets no `error=` (RFC 6750 section 3.1). */
export function bearerChallenge(code: ChallengeCode, stepUp: StepUp = {}): string {
  const parameters = [quoted('realm', 'secrouter')];
  if (code !== 'missing_token') {
    const [error, text] = descriptions[code];
    parameters.push(quoted('error', error), quoted('error_description', text));
  }
  if (stepUp.acrValues !== undefined && stepUp.acrValues.length > 0) {
    parameters.push(quoted('acr_values', stepUp.acrValues.join(' ')));
  }
  if (stepUp.maxAgeSeconds !== undefined) parameters.push(`max_age=${Math.trunc(stepUp.maxAgeSeconds)}`);
  if (stepUp.scopes !== undefined && stepUp.scopes.length > 0)
    parameters.push(quoted('scope', stepUp.scopes.join(' ')));
  return `Bearer ${parameters.join(', ')}`;
}

/** RFC 9110 quoted-string of what RFC 6750 allows: printable ASCII without quote and backslash. */
function quoted(name: string, value: string): string {
  return `${name}="${value.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '')}"`;
}
