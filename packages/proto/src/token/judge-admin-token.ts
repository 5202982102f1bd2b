// The stricter conditions of admin routes: what a token must prove beyond being accepted. Both planes judge by it; the
// right itself comes from the policy and never from a claim.
import type { IssuerRules } from './issuer-rules.ts';
import { isFreshSignIn } from './judge-claims.ts';
import type { TokenIdentity } from './token-identity.ts';
import type { StepUp } from './token-refusal.ts';

/** Why an accepted token does not administer. The reason is for the trail. */
export interface AdminTokenRefusal {
  readonly code: 'admin_required' | 'insufficient_scope' | 'auth_too_old';
  readonly reason: 'admin_audience' | 'admin_scope' | 'admin_auth_age';
  /** Present where the client can obtain a better token. */
  readonly stepUp?: StepUp;
}

type AdminRules = Pick<
  IssuerRules,
  'adminAudience' | 'adminScope' | 'adminMaxAuthAgeSeconds' | 'clockToleranceSeconds'
>;

/** Judges `adminAudience`, `adminScope` and `adminMaxAuthAgeSec` of the token's own issuer; undefined = it may. */
export function judgeAdminToken(
  identity: Pick<TokenIdentity, 'audiences' | 'scopes' | 'authTimeSeconds'>,
  rules: AdminRules,
  nowSeconds: number,
): AdminTokenRefusal | undefined {
  const { adminAudience, adminScope } = rules;
  if (adminAudience !== undefined && !identity.audiences.includes(adminAudience))
    return { code: 'admin_required', reason: 'admin_audience' };
  if (adminScope !== undefined && !identity.scopes.includes(adminScope))
    return { code: 'insufficient_scope', reason: 'admin_scope', stepUp: { scopes: [adminScope] } };
  return judgeAdminSignIn(identity.authTimeSeconds, rules, nowSeconds);
}

/** The sign-in's age alone: all that a console session has of these. */
export function judgeAdminSignIn(
  authTimeSeconds: number | undefined,
  rules: AdminRules,
  nowSeconds: number,
): AdminTokenRefusal | undefined {
  const { adminMaxAuthAgeSeconds: maxAgeSeconds, clockToleranceSeconds } = rules;
  if (maxAgeSeconds === undefined) return undefined;
  if (isFreshSignIn(authTimeSeconds, maxAgeSeconds, clockToleranceSeconds, nowSeconds)) return undefined;
  return { code: 'auth_too_old', reason: 'admin_auth_age', stepUp: { maxAgeSeconds } };
}
