// What each rule says of one token, for `npm run token:check`. Every rule is asked, also after the first that refuses; the
// answer at the end is the judgement's own. Claims are shown, the token's bytes never are.
import {
  type EffectiveConfig,
  findSecondFactor,
  type IssuerRules,
  identityRules,
  issuerNamespaces,
  type JudgementContext,
  judgeAdminToken,
  judgeClaims,
  type PreParsedToken,
  preParseToken,
  readIdentity,
  refusingWrongTypes,
  type TokenIdentity,
  type TokenRefusal,
  tokenRules,
} from '@secrouter/proto';

/** One rule's verdict. */
export interface RuleVerdict {
  readonly rule: string;
  readonly verdict: 'holds' | 'refused' | 'not judged';
  readonly detail: string;
}

/** Everything that can be said of a token without its issuer's keys. */
export interface TokenReport {
  readonly verdicts: readonly RuleVerdict[];
  readonly outcome: { readonly outcome: 'accepted'; readonly identity: TokenIdentity } | TokenRefusal;
  /** The rules it was judged by; undefined when it is no token or of nobody. */
  readonly rules: IssuerRules | undefined;
}

/** A token as it is, or claims that somebody copied, with or without the header. */
export type TokenInput =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'claims'; readonly header: object; readonly claims: object };

/** Tells a token from claims; undefined for neither. */
export function readTokenInput(text: string): TokenInput | undefined {
  const trimmed = text.trim().replace(/^Bearer /i, '');
  if (!trimmed.startsWith('{')) return trimmed === '' ? undefined : { kind: 'token', token: trimmed };
  const value = parseObject(trimmed);
  if (value === undefined) return undefined;
  const { header, claims } = value;
  return isObject(header) && isObject(claims)
    ? { kind: 'claims', header, claims }
    : { kind: 'claims', header: { typ: 'JWT' }, claims: value };
}

/** Judges an input by a configuration's rules. */
export function reportToken(
  input: TokenInput,
  { security }: Pick<EffectiveConfig, 'security'>,
  nowSeconds: number,
): TokenReport {
  const parsed = preParseToken(input.kind === 'token' ? input.token : unsignedToken(input, security.oidc));
  if (parsed.outcome === 'refused') {
    const verdicts = [verdict('format', refusalText(parsed))];
    return { verdicts, outcome: parsed, rules: undefined };
  }
  const found = security.oidc.findIndex(({ issuer }) => issuer === parsed.issuer);
  const [sole] = security.oidc;
  const rules = security.oidc[found] ?? (security.oidc.length === 1 ? sole : undefined);
  const head = [formatVerdict(input), issuerVerdict(parsed, security.oidc)];
  const namespace = issuerNamespaces(security.oidc)[Math.max(0, found)];
  if (rules === undefined || namespace === undefined)
    return { verdicts: head, outcome: unknownIssuer, rules: undefined };
  const policyNamesGroups = Object.keys(security.policy.groups).length > 0;
  const context = { namespace, nowSeconds, policyNamesGroups };
  const verdicts = inOrder([...head, ...ruleVerdicts(parsed, rules, context)]);
  const isAllowed = rules.algorithms.includes(parsed.header.alg);
  const outcome = found < 0 ? unknownIssuer : isAllowed ? judgeClaims(parsed, rules, context) : notAllowed;
  return { verdicts, outcome, rules: found < 0 ? undefined : rules };
}

/** How a reader looks for the cause: what the token is, whose, for whom, until when, and then who it is. */
const ORDER =
  'format,type,algorithm,issuer,audience,lifetime,subject,second factor,acr,sign-in age,scopes,client,token id'.split(
    ',',
  );

function inOrder(verdicts: readonly RuleVerdict[]): readonly RuleVerdict[] {
  const place = ({ rule }: RuleVerdict) => (ORDER.includes(rule) ? ORDER.indexOf(rule) : ORDER.length);
  return [...verdicts].sort((left, right) => place(left) - place(right));
}

const unknownIssuer: TokenRefusal = {
  outcome: 'refused',
  code: 'invalid_token',
  reason: 'unknown_issuer',
  claim: 'iss',
};
const notAllowed: TokenRefusal = {
  outcome: 'refused',
  code: 'invalid_token',
  reason: 'algorithm_not_allowed',
  claim: 'alg',
};

/** Claims alone are judged as a token of the issuer's first algorithm, whose signature nobody has. */
function unsignedToken(
  { header, claims }: Extract<TokenInput, { kind: 'claims' }>,
  oidc: readonly IssuerRules[],
): string {
  const issuer = (claims as { iss?: unknown }).iss;
  const rules = oidc.find((candidate) => candidate.issuer === issuer) ?? oidc[0];
  const full = { alg: rules?.algorithms[0] ?? 'RS256', ...header };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(full)}.${part(claims)}.AAAA`;
}

function formatVerdict(input: TokenInput): RuleVerdict {
  const detail = input.kind === 'token' ? `three parts, ${input.token.length} characters` : 'claims alone';
  return { rule: 'format', verdict: 'holds', detail };
}

function issuerVerdict({ issuer }: PreParsedToken, oidc: readonly IssuerRules[]): RuleVerdict {
  const index = oidc.findIndex((rules) => rules.issuer === issuer);
  if (index >= 0) return { rule: 'issuer', verdict: 'holds', detail: `${quoted(issuer)}, security.oidc[${index}]` };
  const trusted = oidc.map((rules) => quoted(rules.issuer)).join(', ');
  const further = oidc.length === 1 ? '; what follows judges by the one that is trusted' : '';
  const detail = `unknown_issuer: ${quoted(issuer)} is not trusted; the file names ${trusted || 'none'}${further}`;
  return { rule: 'issuer', verdict: 'refused', detail };
}

function ruleVerdicts(token: PreParsedToken, rules: IssuerRules, context: JudgementContext): readonly RuleVerdict[] {
  const [type, audience, lifetime] = tokenRules.map(({ name, judge }) =>
    verdict(name, refusalOf(() => judge(token, rules, context)) ?? tokenDetail(name, token, rules, context)),
  );
  const identity = refusingWrongTypes(() => readIdentity(token, rules, context.namespace));
  const first = [type, algorithmVerdict(token, rules), audience, lifetime].filter((row) => row !== undefined);
  if ('outcome' in identity) {
    const unread = identityRules.map(({ name }) => ({
      rule: name,
      verdict: 'not judged' as const,
      detail: 'no identity',
    }));
    return [...first, verdict('subject', refusalText(identity)), ...unread];
  }
  const judged = identityRules.map(({ name, judge }) =>
    verdict(
      name,
      refusalOf(() => judge(identity, rules, context, token.claims)) ?? identityDetail(name, identity, rules, context),
    ),
  );
  return [
    ...first,
    subjectVerdict(identity),
    ...judged,
    rolesVerdict(identity, rules),
    adminVerdict(identity, rules, context),
  ];
}

function algorithmVerdict({ header }: PreParsedToken, rules: IssuerRules): RuleVerdict {
  const isAllowed = rules.algorithms.includes(header.alg);
  const text = isAllowed
    ? header.alg
    : { refusal: `algorithm_not_allowed: ${header.alg} is not of ${list(rules.algorithms)}` };
  return verdict('algorithm', text);
}

function subjectVerdict(identity: TokenIdentity): RuleVerdict {
  const { principal, isService, isDelegating, email } = identity;
  const notes = [
    `principal ${quoted(principal)}`,
    ...(email === undefined ? [] : [`shown as ${quoted(email)}`]),
    ...(isService ? ['a service subject: no second factor and no acr is asked of it'] : []),
    ...(isDelegating ? ['may act for a user'] : []),
  ];
  return { rule: 'subject', verdict: 'holds', detail: notes.join(', ') };
}

function rolesVerdict({ roles }: TokenIdentity, { rolesClaim }: IssuerRules): RuleVerdict {
  const detail = rolesClaim === undefined ? 'no rolesClaim in the file' : `${rolesClaim}: ${list(roles)}`;
  return { rule: 'roles', verdict: 'holds', detail };
}

function adminVerdict(identity: TokenIdentity, rules: IssuerRules, context: JudgementContext): RuleVerdict {
  const refused = judgeAdminToken(identity, rules, context.nowSeconds);
  const detail = refused && `${refused.code}: ${refused.reason}`;
  return {
    rule: 'admin routes',
    verdict: refused === undefined ? 'holds' : 'refused',
    detail: detail ?? 'nothing further is asked of the token; the right comes from the policy',
  };
}

function tokenDetail(name: string, token: PreParsedToken, rules: IssuerRules, context: JudgementContext): string {
  if (name === 'type') return token.header.typ === undefined ? 'no typ, as the file allows' : quoted(token.header.typ);
  if (name === 'audience') return `one of ${list(rules.audiences)}`;
  const leftSeconds = Math.floor(token.expiresAtSeconds - context.nowSeconds);
  return leftSeconds >= 0 ? `${leftSeconds} s left` : `ended ${-leftSeconds} s ago, within the tolerance`;
}

function identityDetail(name: string, identity: TokenIdentity, rules: IssuerRules, context: JudgementContext): string {
  switch (name) {
    case 'token id':
      return rules.trackJti ? 'present; it is accepted once' : 'not tracked';
    case 'client':
      return `${quoted(identity.clientId ?? 'none')}${rules.allowedClients.length === 0 ? ', any client is allowed' : ''}`;
    case 'second factor':
      return secondFactorDetail(identity, rules);
    case 'acr':
      return rules.requiredAcr.length === 0
        ? 'no level is required'
        : `${list(identity.acr)} of ${list(rules.requiredAcr)}`;
    case 'sign-in age':
      return rules.maxAuthAgeSeconds === undefined
        ? 'no age is required'
        : `${Math.floor(context.nowSeconds - (identity.authTimeSeconds ?? 0))} s of ${rules.maxAuthAgeSeconds} s`;
    case 'scopes':
      return rules.requiredScopes.length === 0 ? 'no scope is required' : `has ${list(rules.requiredScopes)}`;
    default:
      return `${rules.groupsClaim}: ${list(identity.groups)}`;
  }
}

const FACTOR_RULES = {
  mfa: 'amr contains "mfa"',
  'two kinds': 'methods of two kinds',
  mfaAmrValues: 'listed in mfaAmrValues',
  mfaAcrValues: 'acr listed in mfaAcrValues',
} as const;

function secondFactorDetail({ amr, acr, isService }: TokenIdentity, rules: IssuerRules): string {
  const factor = findSecondFactor(amr, acr, rules);
  if (factor !== undefined) return `${FACTOR_RULES[factor.rule]}: ${list(factor.values)}`;
  return isService ? 'not asked of a service subject' : 'not required by the file';
}

function refusalOf(judge: () => TokenRefusal | undefined): { readonly refusal: string } | undefined {
  const refused = refusingWrongTypes(judge);
  return refused === undefined ? undefined : refusalText(refused);
}

function refusalText({ code, reason, claim }: TokenRefusal): { readonly refusal: string } {
  return { refusal: `${code}: ${reason}${claim === undefined ? '' : ` (${claim})`}` };
}

function verdict(rule: string, text: string | { readonly refusal: string }): RuleVerdict {
  return typeof text === 'string'
    ? { rule, verdict: 'holds', detail: text }
    : { rule, verdict: 'refused', detail: text.refusal };
}

function list(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.map(quoted).join(', ');
}

/** JSON's form shows control characters and look-alikes instead of performing them on the terminal. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
