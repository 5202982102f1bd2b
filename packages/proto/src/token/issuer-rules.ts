// One `security.oidc` block after validation: what tokens of one issuer must prove. The configuration parser makes it,
// both planes judge by it, and it travels in the snapshot (plain JSON values only).
import type { TokenAlgorithm } from './token-algorithm.ts';

/** The rules of one trusted issuer. Lists are empty where the file says nothing. */
export interface IssuerRules {
  /** Compared with `iss` exactly: no trimming, no case folding. */
  readonly issuer: string;
  /** Required from the second issuer on; without `#`; unique. Qualifies principals: `<alias>#<sub>`. */
  readonly alias?: string;
  /** At least one; `aud` must contain one of them. */
  readonly audiences: readonly string[];
  /** Where the keys are; absent = OpenID discovery below the issuer. */
  readonly jwksUri?: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /**
   * Strict list of accepted header types besides `at+jwt`; `''` stands for an absent `typ` (Kubernetes).
   * Absent = `JWT` is accepted too, unless the token looks like an ID token.
   */
  readonly tokenTypes?: readonly string[];

  /** Claim paths are dotted; a claim whose whole name equals the path wins (Auth0's URL names). */
  readonly subjectClaim: string;
  readonly groupsClaim: string;
  readonly rolesClaim?: string;
  readonly amrClaim: string;
  readonly acrClaim: string;

  readonly clockToleranceSeconds: number;
  readonly maxLifetimeSeconds: number;

  readonly requireMfa: boolean;
  /** Further `amr` values that count as MFA; `pwd+otp` lists a pair that must stand together. */
  readonly mfaAmrValues: readonly string[];
  /** `acr` values that count as MFA. */
  readonly mfaAcrValues: readonly string[];
  /** Ordered, lowest first: the named level or any after it. Empty = no condition. */
  readonly requiredAcr: readonly string[];
  /** Oldest sign-in accepted, by `auth_time`. */
  readonly maxAuthAgeSeconds?: number;
  /** All of them must be granted. */
  readonly requiredScopes: readonly string[];
  /** Empty = any client of this issuer. */
  readonly allowedClients: readonly string[];

  /** Machine clients (values of `subjectClaim`): they skip MFA and acr, and nothing else. */
  readonly serviceSubjects: readonly string[];
  /** Subjects that may act for a user named in `actingUserHeader`. */
  readonly delegatingSubjects: readonly string[];
  /** The ceiling: the groups that each delegating subject may assert. No entry = none. */
  readonly delegatedGroups: Readonly<Record<string, readonly string[]>>;
  /** Lower case. Absent = nobody acts for anybody. */
  readonly actingUserHeader?: string;
  readonly actingGroupsHeader?: string;

  /** The only groups (names as the token carries them) that this issuer may assert. Absent = any. */
  readonly groupsAllowed?: readonly string[];
  /** Put before each group's name. From the second issuer on, `<alias>#` where neither this nor a list is stated. */
  readonly groupPrefix?: string;

  readonly trackJti: boolean;
  readonly jwksCacheTtlSeconds: number;
  readonly jwksMaxStaleSeconds: number;

  /** The console's own client: its login, and how its ID tokens are told from access tokens. */
  readonly clientId?: string;
  readonly clientSecretEnv?: string;
  readonly scopes: readonly string[];
  /** Stricter conditions for admin routes. */
  readonly adminAudience?: string;
  readonly adminScope?: string;
  readonly adminMaxAuthAgeSeconds?: number;
}

/** What an unstated field means. */
export const issuerDefaults = {
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  subjectClaim: 'sub',
  groupsClaim: 'groups',
  amrClaim: 'amr',
  acrClaim: 'acr',
  clockToleranceSeconds: 30,
  maxLifetimeSeconds: 86_400,
  requireMfa: true,
  mfaAmrValues: [],
  mfaAcrValues: [],
  requiredAcr: [],
  requiredScopes: [],
  allowedClients: [],
  serviceSubjects: [],
  delegatingSubjects: [],
  delegatedGroups: {},
  trackJti: false,
  jwksCacheTtlSeconds: 600,
  jwksMaxStaleSeconds: 86_400,
  scopes: ['openid', 'profile', 'email'],
} as const satisfies Omit<IssuerRules, 'issuer' | 'audiences'>;

/** What keeps issuers apart: no issuer can name another's principals or groups. */
export interface IssuerNamespace {
  /** Before every subject of this issuer: empty for the first issuer, `<alias>#` for the others. */
  readonly principalPrefix: string;
  /** Before every group and role. */
  readonly groupPrefix: string;
  /** Prefixes that belong to the other issuers; a name here that begins with one is refused or dropped. */
  readonly foreignPrincipalPrefixes: readonly string[];
  readonly foreignGroupPrefixes: readonly string[];
}

/** The namespaces of all issuers, in the file's order. */
export function issuerNamespaces(issuers: readonly IssuerRules[]): IssuerNamespace[] {
  const principalPrefixes = issuers.map((rules, index) => (index === 0 ? '' : `${rules.alias ?? rules.issuer}#`));
  const groupPrefixes = issuers.map((rules, index) => {
    if (rules.groupPrefix !== undefined) return rules.groupPrefix;
    return rules.groupsAllowed === undefined ? (principalPrefixes[index] ?? '') : '';
  });
  return issuers.map((_rules, index) => ({
    principalPrefix: principalPrefixes[index] ?? '',
    groupPrefix: groupPrefixes[index] ?? '',
    foreignPrincipalPrefixes: others(principalPrefixes, index),
    foreignGroupPrefixes: others(groupPrefixes, index),
  }));
}

function others(prefixes: readonly string[], own: number): string[] {
  return prefixes.filter((prefix, index) => index !== own && prefix !== '' && prefix !== prefixes[own]);
}
