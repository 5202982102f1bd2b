// What the sign-in page says about a code, ours or next-auth's. Constant texts: nothing of the address is repeated.
import { REFUSALS } from '@secrouter/proto';

const OWN_TEXTS: Readonly<Record<string, string>> = {
  mfa_required: 'Your sign-in used a single factor. Sign in with a second factor.',
  acr_insufficient: 'Your sign-in did not reach the required assurance level. Use a stronger method.',
  auth_too_old: 'Your sign-in is too long ago. Sign in again with your password and second factor.',
  idp_unavailable: 'The identity provider’s keys cannot be had at the moment. Try again shortly.',
  admin_required: 'Machine accounts cannot sign in to the console.',
  OAuthSignin: 'The identity provider could not be reached. Try again shortly.',
  OAuthCallback: 'The sign-in was cancelled, or took too long. Try again.',
  SessionRequired: 'Sign in to go on.',
};

/** The text for a code; a general one where the code is not ours. */
export function signInProblem(code: string): string {
  const own = Object.hasOwn(OWN_TEXTS, code) ? OWN_TEXTS[code] : undefined;
  if (own !== undefined) return own;
  if (Object.hasOwn(REFUSALS, code)) return REFUSALS[code as keyof typeof REFUSALS].message;
  return 'The sign-in did not succeed. Try again.';
}
