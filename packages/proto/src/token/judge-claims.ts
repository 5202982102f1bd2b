// What a verified token's claims must prove to be accepted. Pure: the clock is an argument, and the same
// function judges on the data plane, on the control plane and in `token:check`.
import type { IssuerNamespace, IssuerRules } from './issuer-rules.ts';
import type { PreParsedToken, TokenClaims } from './pre-parse.ts';
import { isSubject } from './pre-parse.ts';
import {
  ClaimTypeError,
  claimAt,
  firstStringClaim,
  namesClaim,
  oneOrMoreClaim,
  scopesClaim,
  secondsClaim,
} from './read-claim.ts';
import { findSecondFactor } from './second-factor.ts';
import type { TokenIdentity } from './token-identity.ts';
import { invalidToken, type TokenRefusal } from './token-refusal.ts';
import { judgeTokenType } from './token-type.ts';

/** What the judgement needs besides the token and its issuer's rules. */
export interface JudgementContext {
  readonly namespace: IssuerNamespace;
  readonly nowSeconds: number;
  /** True when some policy rule names a group: then groups that did not fit into the token matter. */
  readonly policyNamesGroups: boolean;
}

/** An accepted token. */
export interface AcceptedToken {
  readonly outcome: 'accepted';
  readonly identity: TokenIdentity;
}

/** One rule that judges a token before its identity is read. */
export interface TokenRule {
  readonly name: 'type' | 'audience' | 'lifetime';
  readonly judge: (token: PreParsedToken, rules: IssuerRules, context: JudgementContext) => TokenRefusal | undefined;
}

/** One rule that judges the identity that a token's claims make. */
export interface IdentityRule {
  readonly name: 'token id' | 'client' | 'second factor' | 'acr' | 'sign-in age' | 'scopes' | 'groups';
  readonly judge: (
    identity: TokenIdentity,
    rules: IssuerRules,
    context: JudgementContext,
    claims: TokenClaims,
  ) => TokenRefusal | undefined;
}

/** The rules of the token, in the order in which the first refusal counts. */
export const tokenRules: readonly TokenRule[] = [
  { name: 'type', judge: judgeTokenType },
  { name: 'audience', judge: ({ claims }, rules) => judgeAudience(claims, rules) },
  { name: 'lifetime', judge: (token, rules, { nowSeconds }) => judgeTimes(token, rules, nowSeconds) },
];

/** The rules of the identity, after those of the token. */
export const identityRules: readonly IdentityRule[] = [
  { name: 'token id', judge: judgeTokenId },
  { name: 'client', judge: judgeClient },
  { name: 'second factor', judge: judgeSecondFactor },
  { name: 'acr', judge: judgeAcr },
  { name: 'sign-in age', judge: (identity, rules, { nowSeconds }) => judgeSignInAge(identity, rules, nowSeconds) },
  { name: 'scopes', judge: judgeScopes },
  {
    name: 'groups',
    judge: (identity, rules, { policyNamesGroups }, claims) => judgeOverage(claims, identity, rules, policyNamesGroups),
  },
];

/** Judges a token by every rule, in order; the first refusal is the answer. `known` is what was read of it before. */
export function judgeClaims(
  token: PreParsedToken,
  rules: IssuerRules,
  context: JudgementContext,
  known?: TokenIdentity,
): AcceptedToken | TokenRefusal {
  return refusingWrongTypes(() => {
    for (const { judge } of tokenRules) {
      const refusal = judge(token, rules, context);
      if (refusal !== undefined) return refusal;
    }
    const identity = known ?? readIdentity(token, rules, context.namespace);
    if ('outcome' in identity) return identity;
    for (const { judge } of identityRules) {
      const refusal = judge(identity, rules, context, token.claims);
      if (refusal !== undefined) return refusal;
    }
    return { outcome: 'accepted', identity };
  });
}

/** Runs a judgement; a claim of another type than the rules say is a refused token. */
export function refusingWrongTypes<Result>(judge: () => Result): Result | TokenRefusal {
  try {
    return judge();
  } catch (error) {
    if (error instanceof ClaimTypeError) return invalidToken('bad_claim_type', error.claim);
    throw error;
  }
}

function judgeAudience(claims: TokenClaims, rules: IssuerRules): TokenRefusal | undefined {
  const isOurs = oneOrMoreClaim(claims, 'aud').some((audience) => rules.audiences.includes(audience));
  return isOurs ? undefined : invalidToken('audience', 'aud');
}

function judgeTimes(token: PreParsedToken, rules: IssuerRules, nowSeconds: number): TokenRefusal | undefined {
  const { claims, expiresAtSeconds } = token;
  const issuedAtSeconds = secondsClaim(claims, 'iat');
  const notBeforeSeconds = secondsClaim(claims, 'nbf');
  const tolerance = rules.clockToleranceSeconds;
  if (issuedAtSeconds !== undefined && issuedAtSeconds > nowSeconds + tolerance) {
    return invalidToken('issued_in_future', 'iat');
  }
  if (notBeforeSeconds !== undefined && notBeforeSeconds > nowSeconds + tolerance) {
    return invalidToken('not_yet_valid', 'nbf');
  }
  if (expiresAtSeconds - (issuedAtSeconds ?? nowSeconds) > rules.maxLifetimeSeconds) {
    return invalidToken('lifetime', 'exp');
  }
  if (expiresAtSeconds + tolerance <= nowSeconds) {
    return { outcome: 'refused', code: 'token_expired', reason: 'expired', claim: 'exp' };
  }
  return undefined;
}

/** Reads the identity that the claims make, names cut to what this issuer may assert. Throws ClaimTypeError. */
export function readIdentity(
  token: PreParsedToken,
  rules: IssuerRules,
  namespace: IssuerNamespace,
): TokenIdentity | TokenRefusal {
  const { claims } = token;
  const issuerSubject = claimAt(claims, rules.subjectClaim);
  if (!isSubject(issuerSubject)) return invalidToken('bad_subject', rules.subjectClaim);
  const principal = namespace.principalPrefix + issuerSubject;
  if (beginsWithAny(principal, namespace.foreignPrincipalPrefixes)) return invalidToken('foreign_principal');

  return {
    issuer: rules.issuer,
    ...defined('issuerAlias', rules.alias),
    principal,
    issuerSubject,
    ...defined('email', readEmail(claims)),
    groups: ownNames(namesClaim(claims, rules.groupsClaim), rules, namespace),
    roles: rules.rolesClaim === undefined ? [] : ownNames(namesClaim(claims, rules.rolesClaim), rules, namespace),
    ...defined('clientId', firstStringClaim(claims, ['client_id', 'azp', 'appid', 'cid'])),
    scopes: scopesClaim(claims),
    ...defined('tokenId', firstStringClaim(claims, ['jti', 'uti'])),
    audiences: oneOrMoreClaim(claims, 'aud'),
    amr: namesClaim(claims, rules.amrClaim),
    acr: oneOrMoreClaim(claims, rules.acrClaim),
    ...defined('authTimeSeconds', readAuthTime(claims, rules)),
    ...defined('issuedAtSeconds', secondsClaim(claims, 'iat')),
    expiresAtSeconds: token.expiresAtSeconds,
    isService: rules.serviceSubjects.includes(issuerSubject),
    isDelegating: rules.delegatingSubjects.includes(issuerSubject),
  };
}

function judgeTokenId(identity: TokenIdentity, rules: IssuerRules): TokenRefusal | undefined {
  return rules.trackJti && identity.tokenId === undefined ? invalidToken('token_id_missing', 'jti') : undefined;
}

function judgeClient(identity: TokenIdentity, rules: IssuerRules): TokenRefusal | undefined {
  const { allowedClients } = rules;
  const isAllowed = allowedClients.length === 0 || allowedClients.includes(identity.clientId ?? '');
  return isAllowed ? undefined : invalidToken('client_not_allowed', 'client_id');
}

function judgeSecondFactor(identity: TokenIdentity, rules: IssuerRules): TokenRefusal | undefined {
  const { amr, acr, isService } = identity;
  if (!rules.requireMfa || isService || findSecondFactor(amr, acr, rules) !== undefined) return undefined;
  const stepUp = rules.mfaAcrValues.length > 0 ? { acrValues: rules.mfaAcrValues } : {};
  return { outcome: 'refused', code: 'mfa_required', reason: 'no_second_factor', claim: rules.amrClaim, stepUp };
}

function judgeAcr({ acr, isService }: TokenIdentity, rules: IssuerRules): TokenRefusal | undefined {
  const { requiredAcr } = rules;
  if (requiredAcr.length === 0 || isService || acr.some((value) => requiredAcr.includes(value))) return undefined;
  const stepUp = { acrValues: requiredAcr };
  return { outcome: 'refused', code: 'acr_insufficient', reason: 'acr_too_low', claim: rules.acrClaim, stepUp };
}

function judgeSignInAge(
  { authTimeSeconds }: TokenIdentity,
  rules: IssuerRules,
  nowSeconds: number,
): TokenRefusal | undefined {
  if (rules.maxAuthAgeSeconds === undefined) return undefined;
  if (isFreshSignIn(authTimeSeconds, rules.maxAuthAgeSeconds, rules.clockToleranceSeconds, nowSeconds))
    return undefined;
  const stepUp = { maxAgeSeconds: rules.maxAuthAgeSeconds };
  return { outcome: 'refused', code: 'auth_too_old', reason: 'sign_in_too_old', claim: 'auth_time', stepUp };
}

/** A sign-in in the future proves nothing about its age. Also judges `adminMaxAuthAgeSeconds`. */
export function isFreshSignIn(
  authTimeSeconds: number | undefined,
  maxAgeSeconds: number,
  toleranceSeconds: number,
  nowSeconds: number,
): boolean {
  if (authTimeSeconds === undefined || authTimeSeconds > nowSeconds + toleranceSeconds) return false;
  return nowSeconds - authTimeSeconds <= maxAgeSeconds + toleranceSeconds;
}

function judgeScopes(identity: TokenIdentity, rules: IssuerRules): TokenRefusal | undefined {
  if (rules.requiredScopes.every((scope) => identity.scopes.includes(scope))) return undefined;
  const stepUp = { scopes: rules.requiredScopes };
  return { outcome: 'refused', code: 'insufficient_scope', reason: 'scope_missing', claim: 'scope', stepUp };
}

/** Groups that did not fit into the token are never an empty list (Entra: `_claim_names`, `hasgroups`). */
function judgeOverage(
  claims: TokenClaims,
  identity: TokenIdentity,
  rules: IssuerRules,
  policyNamesGroups: boolean,
): TokenRefusal | undefined {
  const distributed = claimAt(claims, '_claim_names');
  if (distributed !== undefined && (typeof distributed !== 'object' || distributed === null)) {
    throw new ClaimTypeError('_claim_names');
  }
  const hasGroups = claimAt(claims, 'hasgroups');
  const isOverage =
    (distributed !== undefined && Object.hasOwn(distributed, rules.groupsClaim)) ||
    (hasGroups !== undefined && hasGroups !== false && hasGroups !== 'false');
  if (!isOverage || !policyNamesGroups || identity.roles.length > 0) return undefined;
  return { outcome: 'refused', code: 'groups_overage', reason: 'too_many_groups_for_token', claim: rules.groupsClaim };
}

/** Only names this issuer may assert, prefixed, and none that reads like another issuer's. */
function ownNames(names: readonly string[], rules: IssuerRules, namespace: IssuerNamespace): readonly string[] {
  const allowed = names.filter((name) => rules.groupsAllowed?.includes(name) ?? true);
  const own = allowed
    .map((name) => namespace.groupPrefix + name)
    .filter((name) => !beginsWithAny(name, namespace.foreignGroupPrefixes));
  return [...new Set(own)];
}

/** With a sign-in age to judge, a malformed `auth_time` is answered with the challenge and not as a broken token. */
function readAuthTime(claims: TokenClaims, rules: IssuerRules): number | undefined {
  const isMalformed = typeof claimAt(claims, 'auth_time') !== 'number';
  return rules.maxAuthAgeSeconds !== undefined && isMalformed ? undefined : secondsClaim(claims, 'auth_time');
}

/** The e-mail decides nothing, so an unusable one is left out rather than refusing the token. */
function readEmail(claims: TokenClaims): string | undefined {
  const email = claimAt(claims, 'email');
  return isSubject(email) ? email : undefined;
}

function beginsWithAny(name: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

function defined<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value });
}
