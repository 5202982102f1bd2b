// Acting for a user: a listed delegating subject (a chat front end) names the user in a header. Policy, usage and audit
// then belong to that user; the ceiling in the file bounds what the header can assert. From anyone else it is inert.
import type { IssuerNamespace, IssuerRules } from './issuer-rules.ts';
import { isSubject, maxTokenArrayItems } from './pre-parse.ts';
import type { TokenIdentity } from './token-identity.ts';

/** The acting headers as they arrived; each at most once (the HTTP layer refuses repeats). */
export interface ActingHeaders {
  readonly actingUser?: string;
  /** Group names separated by commas. */
  readonly actingGroups?: string;
}

/** Whose request it is. `param` is `acting_user` or `acting_groups`, for the error. */
export type DelegationJudgement =
  | { readonly outcome: 'own' | 'acting'; readonly identity: TokenIdentity }
  | {
      readonly outcome: 'refused';
      readonly code: 'invalid_request' | 'not_authorized';
      readonly param: 'acting_user' | 'acting_groups';
    };

/** Judges the acting headers of an accepted token. */
export function judgeDelegation(
  identity: TokenIdentity,
  rules: IssuerRules,
  namespace: IssuerNamespace,
  headers: ActingHeaders,
): DelegationJudgement {
  if (!identity.isDelegating || rules.actingUserHeader === undefined) return { outcome: 'own', identity };
  const { actingUser, actingGroups } = headers;
  if (actingUser === undefined) {
    // Groups without a user would raise the delegator itself.
    return actingGroups === undefined ? { outcome: 'own', identity } : invalid('acting_groups');
  }
  if (!isHeaderName(actingUser)) return invalid('acting_user');
  const groups = splitGroups(actingGroups ?? '');
  if (groups === undefined) return invalid('acting_groups');
  const principal = namespace.principalPrefix + actingUser;
  if (namespace.foreignPrincipalPrefixes.some((prefix) => principal.startsWith(prefix))) {
    return { outcome: 'refused', code: 'not_authorized', param: 'acting_user' };
  }
  if (!isWithinCeiling(groups, identity.issuerSubject, rules)) {
    return { outcome: 'refused', code: 'not_authorized', param: 'acting_groups' };
  }
  return { outcome: 'acting', identity: actingIdentity(identity, actingUser, principal, groups, namespace) };
}

/** The user's identity: nothing of the delegator's own groups, roles or rank goes over. */
function actingIdentity(
  delegator: TokenIdentity,
  issuerSubject: string,
  principal: string,
  groups: readonly string[],
  namespace: IssuerNamespace,
): TokenIdentity {
  const { email: _email, authTimeSeconds: _authTime, ...rest } = delegator;
  return {
    ...rest,
    principal,
    issuerSubject,
    groups: groups.map((group) => namespace.groupPrefix + group),
    roles: [],
    isService: false,
    isDelegating: false,
    actor: delegator.principal,
  };
}

/** The file's list for this delegator and the issuer's own list both bound it; no entry is no groups. */
function isWithinCeiling(groups: readonly string[], delegator: string, rules: IssuerRules): boolean {
  const ceiling = Object.hasOwn(rules.delegatedGroups, delegator) ? (rules.delegatedGroups[delegator] ?? []) : [];
  return groups.every((group) => ceiling.includes(group) && (rules.groupsAllowed?.includes(group) ?? true));
}

function splitGroups(header: string): readonly string[] | undefined {
  if (header.trim() === '') return [];
  const groups = header.split(',').map((group) => group.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (groups.length > maxTokenArrayItems || !groups.every(isHeaderName)) return undefined;
  return [...new Set(groups)];
}

/** Printable ASCII only: a header has no agreed encoding beyond it, and two readings of one name are two users. */
function isHeaderName(value: string): boolean {
  return isSubject(value) && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

function invalid(param: 'acting_user' | 'acting_groups'): DelegationJudgement {
  return { outcome: 'refused', code: 'invalid_request', param };
}
