// The rows of the token table that are decided by the claims of a verified token.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IssuerRules, issuerNamespaces } from './issuer-rules.ts';
import { judgeClaims } from './judge-claims.ts';
import { preParseToken } from './pre-parse.ts';
import { base64url, claimsWith, soleNamespace, testIssuer, testNowSeconds, testRules } from './token-fixtures.ts';
import type { TokenIdentity } from './token-identity.ts';

type Changes = Readonly<Record<string, unknown>>;

interface Situation {
  readonly rules?: Partial<IssuerRules>;
  readonly typ?: string | undefined;
  readonly policyNamesGroups?: boolean;
}

function judge(changes: Changes, situation: Situation = {}): ReturnType<typeof judgeClaims> {
  const { rules: ruleChanges = {}, policyNamesGroups = false } = situation;
  const typ = 'typ' in situation ? situation.typ : 'at+jwt';
  const rules = testRules(ruleChanges);
  const header = JSON.stringify({ alg: 'RS256', typ });
  const parsed = preParseToken(`${base64url(header)}.${base64url(JSON.stringify(claimsWith(changes)))}.AAAA`);
  if (parsed.outcome === 'refused') throw new Error(`refused before judgement: ${parsed.reason}`);
  return judgeClaims(parsed, rules, { namespace: soleNamespace(rules), nowSeconds: testNowSeconds, policyNamesGroups });
}

/** The code of a refusal, or 200. */
function answer(changes: Changes, situation: Situation = {}): string | 200 {
  const judged = judge(changes, situation);
  return judged.outcome === 'accepted' ? 200 : judged.code;
}

function identity(changes: Changes, situation: Situation = {}): TokenIdentity {
  const judged = judge(changes, situation);
  if (judged.outcome === 'refused') throw new Error(`${judged.code}: ${judged.reason}`);
  return judged.identity;
}

const now = testNowSeconds;

describe('times', () => {
  test.each<[string, Changes, string | 200]>([
    ['T57 expired 1 h', { iat: now - 7_200, exp: now - 3_600 }, 'token_expired'],
    ['T58 expired 29 s', { iat: now - 300, exp: now - 29 }, 200],
    ['T58 expired 30 s', { iat: now - 300, exp: now - 30 }, 'token_expired'],
    ['T59 expired 31 s', { iat: now - 300, exp: now - 31 }, 'token_expired'],
    ['T62 exp 10 years ahead', { exp: now + 315_360_000 }, 'invalid_token'],
    ['T62 lifetime 24 h', { exp: now + 86_400 }, 200],
    ['T62 lifetime 24 h and 1 s', { exp: now + 86_401 }, 'invalid_token'],
    ['T62 old iat stretches no lifetime', { iat: now - 86_400, exp: now + 1 }, 'invalid_token'],
    ['T62 without iat', { iat: undefined, exp: now + 86_400 }, 200],
    ['T62 without iat, 10 years', { iat: undefined, exp: now + 315_360_000 }, 'invalid_token'],
    ['T63 nbf +65 s', { nbf: now + 65 }, 'invalid_token'],
    ['T63 nbf +30 s', { nbf: now + 30 }, 200],
    ['T64 nbf string', { nbf: `${now}` }, 'invalid_token'],
    ['T64 nbf null', { nbf: null }, 'invalid_token'],
    ['T65 iat +1 day', { iat: now + 86_400, exp: now + 86_700 }, 'invalid_token'],
    ['T65 iat string', { iat: `${now}` }, 'invalid_token'],
    ['fractions of a second', { iat: now - 0.5, exp: now + 0.5 }, 200],
  ])('%s', (_name, changes, expected) => {
    expect(answer(changes)).toBe(expected);
  });
});

describe('audience and subject', () => {
  test.each<[string, Changes, string | 200]>([
    ['T68 other', { aud: 'other' }, 'invalid_token'],
    ['T69 array including ours', { aud: ['account', 'secrouter'] }, 200],
    ['T70 array without ours', { aud: ['account'] }, 'invalid_token'],
    ['T70 empty array', { aud: [] }, 'invalid_token'],
    ['T70 nested array', { aud: [['secrouter']] }, 'invalid_token'],
    ['T70 longer name', { aud: 'secrouter2' }, 'invalid_token'],
    ['T70 shorter name', { aud: 'secroute' }, 'invalid_token'],
    ['T70 case', { aud: 'SecRouter' }, 'invalid_token'],
    ['T70 array with a number', { aud: ['secrouter', 7] }, 'invalid_token'],
    ['T71 missing', { aud: undefined }, 'invalid_token'],
    ['T71 null', { aud: null }, 'invalid_token'],
  ])('%s', (_name, changes, expected) => {
    expect(answer(changes)).toBe(expected);
  });

  test('takes the principal from another subject claim, judged like sub', () => {
    const rules = { subjectClaim: 'oid' };

    expect(identity({ oid: 'o-1' }, { rules }).principal).toBe('o-1');
    expect(answer({}, { rules })).toBe('invalid_token');
    expect(answer({ oid: 7 }, { rules })).toBe('invalid_token');
  });
});

describe('token type', () => {
  const strict = { tokenTypes: ['at+jwt'] };

  test.each<[string, string | undefined, Situation, Changes, string | 200]>([
    ['T79 JWT, strict', 'JWT', { rules: strict }, {}, 'invalid_token'],
    ['T79 JWT, default', 'JWT', {}, {}, 200],
    ['T79 jwt, default', 'jwt', {}, {}, 200],
    ['T80 application/at+jwt', 'application/at+jwt', {}, {}, 200],
    ['T80 AT+JWT', 'AT+JWT', {}, {}, 200],
    ['T80 at+jwt under a list without it', 'at+jwt', { rules: { tokenTypes: ['JWT'] } }, {}, 200],
    ['T81 logout+jwt', 'logout+jwt', {}, {}, 'invalid_token'],
    ['T81 dpop+jwt', 'dpop+jwt', {}, {}, 'invalid_token'],
    ['T81 secevent+jwt', 'secevent+jwt', {}, {}, 'invalid_token'],
    ['T81 id_token+jwt', 'id_token+jwt', {}, {}, 'invalid_token'],
    ['absent typ', undefined, {}, {}, 'invalid_token'],
    ['absent typ where the block says so', undefined, { rules: { tokenTypes: [''] } }, {}, 200],
    ['empty typ is no typ', '', {}, {}, 'invalid_token'],
    ['T82 nonce', 'JWT', {}, { nonce: 'n' }, 'invalid_token'],
    ['T82 at_hash', 'JWT', {}, { at_hash: 'h' }, 'invalid_token'],
    ['T82 aud = console client', 'JWT', { rules: { clientId: 'console' } }, { aud: 'console' }, 'invalid_token'],
    ['T82 nonce in at+jwt proves nothing', 'at+jwt', {}, { nonce: 'n' }, 200],
    ['T82 nonce with absent typ', undefined, { rules: { tokenTypes: [''] } }, { nonce: 'n' }, 'invalid_token'],
    ['T83 Keycloak refresh token', 'JWT', {}, { typ: 'Refresh' }, 'invalid_token'],
    ['T83 Keycloak ID token', 'JWT', {}, { typ: 'ID' }, 'invalid_token'],
    ['T83 Keycloak offline token', 'JWT', {}, { typ: 'Offline' }, 'invalid_token'],
    ['T83 Keycloak access token', 'JWT', {}, { typ: 'Bearer' }, 200],
  ])('%s', (_name, typ, situation, changes, expected) => {
    expect(answer(changes, { ...situation, typ })).toBe(expected);
  });

  test('T82 where the client is the audience too, a scope tells an access token from an ID token', () => {
    const rules = { clientId: 'app', audiences: ['app'] };

    expect(answer({ aud: 'app' }, { typ: 'JWT', rules })).toBe('invalid_token');
    expect(answer({ aud: 'app', scp: 'access' }, { typ: 'JWT', rules })).toBe(200);
  });
});

describe('second factor', () => {
  test.each<[string, unknown, string | 200]>([
    ['T86 missing', undefined, 'mfa_required'],
    ['T87 []', [], 'mfa_required'],
    ['T88 "mfa"', 'mfa', 'invalid_token'],
    ['T89 "pwd mfa"', 'pwd mfa', 'invalid_token'],
    ['T90 [["mfa"]]', [['mfa']], 'invalid_token'],
    ['T90 [{"mfa":1}]', [{ mfa: 1 }], 'invalid_token'],
    ['T90 [null]', [null], 'invalid_token'],
    ['T90 {"0":"mfa"}', { 0: 'mfa' }, 'invalid_token'],
    ['T91 ["MFA"]', ['MFA'], 'mfa_required'],
    ['T91 ["mfa "]', ['mfa '], 'mfa_required'],
    ['T92 ["pwd"]', ['pwd'], 'mfa_required'],
    ['T93 ["hwk"]', ['hwk'], 'mfa_required'],
    ['T93 ["fpt"]', ['fpt'], 'mfa_required'],
    ['T94 ["pwd","otp"]', ['pwd', 'otp'], 200],
    ['T94 ["face","pin"]', ['face', 'pin'], 200],
    ['T94 ["pwd","pin"] (one kind)', ['pwd', 'pin'], 'mfa_required'],
    ['T94 ["otp","sms"] (one kind)', ['otp', 'sms'], 'mfa_required'],
    ['T94 ["pwd","toString"]', ['pwd', 'toString'], 'mfa_required'],
  ])('%s', (_name, amr, expected) => {
    expect(answer({ amr })).toBe(expected);
  });

  test('T93 counts a single method where the file lists it, and a listed pair only together', () => {
    expect(answer({ amr: ['hwk'] }, { rules: { mfaAmrValues: ['hwk'] } })).toBe(200);
    expect(answer({ amr: ['sms'] }, { rules: { mfaAmrValues: ['otp+sms'] } })).toBe('mfa_required');
    expect(answer({ amr: ['otp', 'sms'] }, { rules: { mfaAmrValues: ['otp+sms'] } })).toBe(200);
    expect(answer({ amr: ['pwd', 'otp'] }, { rules: { mfaAmrValues: ['hwk'] } })).toBe(200);
  });

  test('takes a listed acr as MFA, also from an array, and asks for it', () => {
    const rules = { acrClaim: 'acrs', mfaAcrValues: ['c1', 'c2'] };

    expect(answer({ amr: undefined, acrs: ['p1', 'c2'] }, { rules })).toBe(200);
    expect(judge({ amr: undefined, acrs: ['p1'] }, { rules })).toMatchObject({
      code: 'mfa_required',
      stepUp: { acrValues: ['c1', 'c2'] },
    });
  });

  test('reads amr at a dotted path and at a name with dots', () => {
    expect(answer({ amr: undefined, ext: { amr: ['mfa'] } }, { rules: { amrClaim: 'ext.amr' } })).toBe(200);
    const name = 'https://example.test/amr';
    expect(answer({ amr: undefined, [name]: ['mfa'] }, { rules: { amrClaim: name } })).toBe(200);
    expect(answer({ amr: undefined }, { rules: { amrClaim: 'constructor.name' } })).toBe('mfa_required');
  });

  test('asks for no factor where MFA is not required', () => {
    expect(answer({ amr: ['pwd'] }, { rules: { requireMfa: false } })).toBe(200);
  });
});

describe('assurance level and sign-in age', () => {
  const rules = { requiredAcr: ['silver', 'gold'] };

  test.each<[string, unknown, string | 200]>([
    ['T96 the level itself', 'silver', 200],
    ['T96 a higher one', 'gold', 200],
    ['T95 a lower one', 'bronze', 'acr_insufficient'],
    ['T95 missing', undefined, 'acr_insufficient'],
    ['T95 number', 2, 'invalid_token'],
  ])('%s', (_name, acr, expected) => {
    expect(answer({ acr }, { rules })).toBe(expected);
  });

  test.each<[string, unknown, string | 200]>([
    ['T97 fresh', now - 100, 200],
    ['T97 too old', now - 1_000, 'auth_too_old'],
    ['T97 missing', undefined, 'auth_too_old'],
    ['T97 future', now + 3_600, 'auth_too_old'],
    ['T97 string', `${now}`, 'auth_too_old'],
  ])('%s', (_name, authTime, expected) => {
    const judged = judge({ auth_time: authTime }, { rules: { maxAuthAgeSeconds: 600 } });

    expect(judged.outcome === 'accepted' ? 200 : judged.code).toBe(expected);
    if (judged.outcome === 'refused') expect(judged.stepUp).toEqual({ maxAgeSeconds: 600 });
  });
});

describe('services, clients and scopes', () => {
  test('T98 accepts and tags a listed service subject without amr and acr', () => {
    const rules = { serviceSubjects: ['batch'], requiredAcr: ['gold'] };

    expect(identity({ sub: 'batch', amr: undefined }, { rules }).isService).toBe(true);
    expect(identity({ acr: 'gold' }, { rules }).isService).toBe(false);
  });

  test('T98 asks a service subject for everything else', () => {
    const rules = { serviceSubjects: ['batch'], requiredScopes: ['ai'] };

    expect(answer({ sub: 'batch', amr: undefined }, { rules })).toBe('insufficient_scope');
    expect(answer({ sub: 'batch', amr: undefined, aud: 'x' }, { rules })).toBe('invalid_token');
  });

  test('T85 refuses a token without a required scope', () => {
    const rules = { requiredScopes: ['ai', 'chat'] };

    expect(judge({ scope: 'ai' }, { rules })).toMatchObject({
      code: 'insufficient_scope',
      stepUp: { scopes: ['ai', 'chat'] },
    });
    expect(answer({ scope: 'openid chat ai' }, { rules })).toBe(200);
    expect(answer({ scp: ['ai', 'chat'] }, { rules })).toBe(200);
    expect(answer({ scp: 'ai chat' }, { rules })).toBe(200);
    expect(answer({ scope: 'ai', scp: 'chat' }, { rules })).toBe(200);
  });

  test.each<[string, Changes]>([
    ['double space', { scope: 'a  b' }],
    ['leading space', { scope: ' a' }],
    ['tab', { scope: 'a\tb' }],
    ['array in scope', { scope: ['a'] }],
    ['number', { scp: 7 }],
    ['nested array', { scp: [['a']] }],
  ])('refuses scopes with a %s', (_name, changes) => {
    expect(answer(changes)).toBe('invalid_token');
  });

  test.each(['client_id', 'azp', 'appid', 'cid'])('reads the client from %s', (name) => {
    const rules = { allowedClients: ['portal'] };
    const changes = { client_id: undefined, [name]: 'portal' };

    expect(identity(changes, { rules }).clientId).toBe('portal');
    expect(answer({ client_id: undefined, [name]: 'other' }, { rules })).toBe('invalid_token');
    expect(answer({ client_id: undefined, [name]: ['portal'] }, { rules })).toBe('invalid_token');
  });

  test('refuses a token without a client where clients are listed', () => {
    expect(answer({ client_id: undefined }, { rules: { allowedClients: ['portal'] } })).toBe('invalid_token');
  });

  test('T106 refuses a token without an id when ids are tracked', () => {
    expect(answer({ jti: undefined }, { rules: { trackJti: true } })).toBe('invalid_token');
    expect(identity({ jti: undefined, uti: 'u-1' }, { rules: { trackJti: true } }).tokenId).toBe('u-1');
    expect(answer({ jti: 7 })).toBe('invalid_token');
  });

  test('keeps an e-mail for display and drops one that is none', () => {
    expect(identity({ email: 'basic@example.test' }).email).toBe('basic@example.test');
    expect(identity({ email: { admin: true } }).email).toBeUndefined();
    expect(identity({ email: 'a\r\nb' }).email).toBeUndefined();
  });
});

describe('groups', () => {
  test.each<[string, unknown]>([
    ['T100 space string', 'Finance secrouter-admins'],
    ['T100 single string', 'secrouter-admins'],
    ['T100 object', { 0: 'secrouter-admins' }],
    ['T100 nested', [['secrouter-admins']]],
    ['T100 null', null],
    ['T100 array with an empty name', ['']],
    ['T100 array with a control character', ['a\nb']],
  ])('%s is refused, never split or coerced', (_name, groups) => {
    expect(answer({ groups })).toBe('invalid_token');
  });

  test('reads groups and roles at their paths', () => {
    const rules = { groupsClaim: 'realm.groups', rolesClaim: 'realm.roles' };
    const proven = identity({ realm: { groups: ['a', 'a', 'b'], roles: ['r'] } }, { rules });

    expect(proven.groups).toEqual(['a', 'b']);
    expect(proven.roles).toEqual(['r']);
    expect(identity({}, { rules }).groups).toEqual([]);
  });

  test.each<[string, Changes]>([
    ['_claim_names', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://g' } } }],
    ['hasgroups', { hasgroups: true }],
    ['hasgroups as a string', { hasgroups: 'true' }],
  ])('T103 refuses %s as groups_overage where a rule names a group', (_name, changes) => {
    expect(answer(changes, { policyNamesGroups: true })).toBe('groups_overage');
    expect(answer(changes, { policyNamesGroups: false })).toBe(200);
    const rules = { rolesClaim: 'roles' };
    expect(answer({ ...changes, roles: ['power'] }, { policyNamesGroups: true, rules })).toBe(200);
    expect(answer({ ...changes, roles: [] }, { policyNamesGroups: true, rules })).toBe('groups_overage');
  });

  test('T103 other distributed claims do not matter', () => {
    expect(answer({ _claim_names: { address: 's' }, hasgroups: false }, { policyNamesGroups: true })).toBe(200);
  });

  test('keeps only the groups that this issuer may assert, then prefixes them', () => {
    const rules = { groupsAllowed: ['dev', 'ops'], groupPrefix: 'corp-' };

    expect(identity({ groups: ['dev', 'admins'] }, { rules }).groups).toEqual(['corp-dev']);
  });
});

describe('several issuers', () => {
  const first = testRules();
  const second = testRules({ issuer: 'https://partner.test', alias: 'partner' });
  const [firstNamespace, secondNamespace] = issuerNamespaces([first, second]);

  function judgeAs(rules: IssuerRules, changes: Changes): ReturnType<typeof judgeClaims> {
    const namespace = rules === first ? firstNamespace : secondNamespace;
    const payload = base64url(JSON.stringify(claimsWith({ iss: rules.issuer, ...changes })));
    const parsed = preParseToken(`${base64url('{"alg":"RS256","typ":"at+jwt"}')}.${payload}.AAAA`);
    if (parsed.outcome === 'refused' || namespace === undefined) throw new Error('not judged');
    return judgeClaims(parsed, rules, { namespace, nowSeconds: now, policyNamesGroups: true });
  }

  test('qualifies principals and groups of the second issuer', () => {
    expect(judgeAs(first, { groups: ['admins'] })).toMatchObject({
      identity: { principal: 'u-basic', groups: ['admins'], issuer: testIssuer },
    });
    expect(judgeAs(second, { groups: ['admins'] })).toMatchObject({
      identity: { principal: 'partner#u-basic', issuerAlias: 'partner', groups: ['partner#admins'] },
    });
  });

  test('lets no issuer name a principal or a group of another', () => {
    expect(judgeAs(first, { sub: 'partner#u-basic' })).toMatchObject({ reason: 'foreign_principal' });
    expect(judgeAs(first, { groups: ['partner#admins', 'own'] })).toMatchObject({ identity: { groups: ['own'] } });
  });

  test('T99 a service subject listed under another issuer is an ordinary user', () => {
    const [, namespace] = issuerNamespaces([testRules({ serviceSubjects: ['batch'] }), second]);
    expect(namespace?.principalPrefix).toBe('partner#');

    expect(judgeAs(second, { sub: 'batch', amr: undefined })).toMatchObject({ code: 'mfa_required' });
  });
});

test('any claim of any type is an answer, never an exception, and never more groups than were stated', () => {
  const names = [
    'aud',
    'iat',
    'nbf',
    'amr',
    'acr',
    'auth_time',
    'groups',
    'roles',
    'scope',
    'scp',
    'azp',
    'typ',
    'email',
  ];
  const more = ['_claim_names', 'hasgroups', 'jti', 'nonce', 'realm', '__proto__'];
  const changes = fc.dictionary(fc.constantFrom(...names, ...more), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
  const rules = { rolesClaim: 'roles', maxAuthAgeSeconds: 60, requiredAcr: ['gold'], requireMfa: false };

  fc.assert(
    fc.property(changes, fc.constantFrom('at+jwt', 'JWT'), fc.boolean(), (change, typ, policyNamesGroups) => {
      const judged = judge(change, { rules, typ, policyNamesGroups });
      const stated = Array.isArray(change.groups) ? new Set(change.groups as unknown[]) : new Set();

      if (judged.outcome === 'accepted') expect(judged.identity.groups.every((group) => stated.has(group))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
