// `security.oidc`: one block or several, each what tokens of one issuer must prove.
import { type IssuerRules, issuerDefaults } from '../token/issuer-rules.ts';
import { isTokenAlgorithm, type TokenAlgorithm, tokenAlgorithms } from '../token/token-algorithm.ts';
import type { Place } from './config-reading.ts';
import { type ObjectReader, object, stated } from './object-reader.ts';
import { identityUrl } from './read-url.ts';
import { boolean, environmentName, integer, list, oneOrList, type Reader, record, text } from './read-value.ts';

const MAX_SECONDS = 30 * 86_400;
const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const DEFAULT_ACTING_USER_HEADER = 'x-sec-acting-user';
const DEFAULT_ACTING_GROUPS_HEADER = 'x-sec-acting-groups';

/** All issuers, in the file's order; the first issuer's principals carry no alias. */
export const issuers: Reader<readonly IssuerRules[]> = (node, place) => {
  const rules = oneOrList(issuer)(node, place);
  if (rules === undefined) return undefined;
  const at = (index: number) => (node.kind === 'array' ? place.at(index) : place);
  rules.forEach((rule, index) => {
    if (index > 0 && rule.alias === undefined) at(index).at('alias').refuse('is required from the second issuer on');
    const earlier = rules.slice(0, index);
    if (earlier.some((other) => other.issuer === rule.issuer)) at(index).at('issuer').refuse('is configured twice');
    if (rule.alias !== undefined && earlier.some((other) => other.alias === rule.alias))
      at(index).at('alias').refuse("is another issuer's alias");
  });
  return rules;
};

const names = list(text());
const claimPath = text(/^\S{1,256}$/, 'a claim or a dotted path');
const seconds = integer(0, MAX_SECONDS);
const headerName: Reader<string> = (node, place) =>
  text(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, 'a header name')(node, place)?.toLowerCase();

const issuer: Reader<IssuerRules> = object((fields) => {
  const delegation = readDelegation(fields);
  return stated({
    issuer: fields.required('issuer', identityUrl, ''),
    alias: fields.optional('alias', text(/^[^#\s]{1,64}$/, 'an alias without "#" and blanks')),
    audiences: fields.required('audience', oneOrList(text()), []),
    jwksUri: fields.optional('jwksUri', identityUrl),
    algorithms: fields.withDefault('algorithms', list(algorithm, 1), issuerDefaults.algorithms),
    tokenTypes: fields.optional('tokenTypes', list(tokenType, 1)),
    ...readClaimPaths(fields),
    clockToleranceSeconds: fields.withDefault(
      'clockToleranceSec',
      integer(0, MAX_CLOCK_TOLERANCE_SECONDS),
      issuerDefaults.clockToleranceSeconds,
    ),
    maxLifetimeSeconds: fields.withDefault(
      'maxLifetimeSec',
      integer(1, MAX_SECONDS),
      issuerDefaults.maxLifetimeSeconds,
    ),
    ...readSecondFactor(fields),
    maxAuthAgeSeconds: fields.optional('maxAuthAgeSec', seconds),
    requiredScopes: fields.withDefault('requiredScope', scopes, issuerDefaults.requiredScopes),
    allowedClients: fields.withDefault('allowedClients', names, issuerDefaults.allowedClients),
    serviceSubjects: fields.withDefault('serviceSubjects', names, issuerDefaults.serviceSubjects),
    ...delegation,
    groupsAllowed: fields.optional('groupsAllowed', names),
    groupPrefix: fields.optional('groupPrefix', text()),
    trackJti: fields.withDefault('trackJti', boolean, issuerDefaults.trackJti),
    jwksCacheTtlSeconds: fields.withDefault(
      'jwksCacheTtlSec',
      integer(1, MAX_SECONDS),
      issuerDefaults.jwksCacheTtlSeconds,
    ),
    jwksMaxStaleSeconds: fields.withDefault('jwksMaxStaleSec', seconds, issuerDefaults.jwksMaxStaleSeconds),
    ...readConsoleLogin(fields),
  });
});

function readClaimPaths(fields: ObjectReader) {
  return {
    subjectClaim: fields.withDefault('subjectClaim', claimPath, issuerDefaults.subjectClaim),
    groupsClaim: fields.withDefault('groupsClaim', claimPath, issuerDefaults.groupsClaim),
    rolesClaim: fields.optional('rolesClaim', claimPath),
    amrClaim: fields.withDefault('amrClaim', claimPath, issuerDefaults.amrClaim),
    acrClaim: fields.withDefault('acrClaim', claimPath, issuerDefaults.acrClaim),
  };
}

function readSecondFactor(fields: ObjectReader) {
  return {
    requireMfa: fields.withDefault('requireMfa', boolean, issuerDefaults.requireMfa),
    mfaAmrValues: fields.withDefault('mfaAmrValues', names, issuerDefaults.mfaAmrValues),
    mfaAcrValues: fields.withDefault('mfaAcrValues', names, issuerDefaults.mfaAcrValues),
    requiredAcr: fields.withDefault('requiredAcr', oneOrList(text()), issuerDefaults.requiredAcr),
  };
}

function readDelegation(fields: ObjectReader) {
  const delegatingSubjects = fields.withDefault('delegatingSubjects', names, issuerDefaults.delegatingSubjects);
  const delegatedGroups = fields.withDefault('delegatedGroups', record(names), issuerDefaults.delegatedGroups);
  const actingUserHeader = fields.optional('actingUserHeader', headerName);
  const actingGroupsHeader = fields.optional('actingGroupsHeader', headerName);
  if (delegatingSubjects.length === 0)
    return { delegatingSubjects, delegatedGroups, actingUserHeader, actingGroupsHeader };
  adviseOnCeilings(delegatingSubjects, delegatedGroups, fields.place);
  return {
    delegatingSubjects,
    delegatedGroups,
    actingUserHeader: actingUserHeader ?? DEFAULT_ACTING_USER_HEADER,
    actingGroupsHeader: actingGroupsHeader ?? DEFAULT_ACTING_GROUPS_HEADER,
  };
}

function adviseOnCeilings(
  subjects: readonly string[],
  ceilings: Readonly<Record<string, readonly string[]>>,
  place: Place,
): void {
  for (const subject of subjects) {
    if (!Object.hasOwn(ceilings, subject))
      place.at('delegatedGroups').advise(`"${subject}" may assert no groups until they are listed here`);
  }
}

function readConsoleLogin(fields: ObjectReader) {
  return {
    clientId: fields.optional('clientId', text()),
    clientSecretEnv: fields.optional('clientSecretEnv', environmentName),
    scopes: fields.withDefault('scopes', scopes, issuerDefaults.scopes),
    adminAudience: fields.optional('adminAudience', text()),
    adminScope: fields.optional('adminScope', text()),
    adminMaxAuthAgeSeconds: fields.optional('adminMaxAuthAgeSec', seconds),
  };
}

/** Scopes as a list, or as OAuth writes them: separated by single blanks. */
const scopes: Reader<readonly string[]> = (node, place) => {
  if (node.kind === 'array') return names(node, place);
  return text(/^\S+(?: \S+)*$/, 'scopes separated by single blanks')(node, place)?.split(' ');
};

const algorithm: Reader<TokenAlgorithm> = (node, place) => {
  const found = text()(node, place);
  if (found === undefined || isTokenAlgorithm(found)) return found;
  return place.refuse(
    `expected one of ${tokenAlgorithms.join(', ')} (asymmetric only), found ${JSON.stringify(found.slice(0, 40))}`,
  );
};

/** `''` stands for an absent `typ`. */
const tokenType: Reader<string> = (node, place) =>
  node.kind === 'string' && node.value === '' ? '' : text(/^\S{1,64}$/, 'a header type')(node, place);
