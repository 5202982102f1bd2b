// T57-T104: what a verified token must say.
import type { IssuerName, TokenWorld } from '../support/token-world.ts';
import { CONSOLE_CLIENT } from '../support/token-world.ts';
import { accepted, invalid, refused, type TokenRow } from './token-rows.ts';

type Members = Readonly<Record<string, unknown>>;

const claims =
  (changes: Members, issuer: IssuerName = 'base') =>
  (world: TokenWorld) =>
    world.by[issuer].token({ claims: changes });

/** Claims by the moment at which the token is made. */
const timed =
  (changes: (nowSeconds: number) => Members, issuer: IssuerName = 'base') =>
  (world: TokenWorld) =>
    world.by[issuer].token({ claims: changes(Math.floor(Date.now() / 1_000)) });

const typed =
  (typ: unknown, issuer: IssuerName = 'base', changes: Members = {}) =>
  (world: TokenWorld) =>
    world.by[issuer].token({ header: { typ }, claims: changes });

const timeRows: readonly TokenRow[] = [
  refused(
    'T57',
    'expired an hour ago',
    [401, 'token_expired', 'expired:exp'],
    timed((now) => ended(now - 3_600)),
  ),
  accepted(
    'T58',
    'expired within the tolerance',
    timed((now) => ended(now - 20)),
  ),
  refused(
    'T59',
    'expired 31 s ago',
    [401, 'token_expired', 'expired:exp'],
    timed((now) => ended(now - 31)),
  ),
  invalid('T60', 'no exp', 'bad_expiry:exp', claims({ exp: undefined })),
  invalid('T61', 'exp a string', 'bad_expiry:exp', claims({ exp: '4102444800' })),
  invalid('T61', 'exp null', 'bad_expiry:exp', claims({ exp: null })),
  refused('T61', 'exp negative', [401, 'token_expired', 'expired:exp'], claims({ exp: -1 })),
  invalid(
    'T62',
    'exp in ten years',
    'lifetime:exp',
    timed((now) => ({ exp: now + 315_360_000 })),
  ),
  invalid(
    'T62',
    'exp in ten years, no iat',
    'lifetime:exp',
    timed((now) => ({ iat: undefined, exp: now + 315_360_000 })),
  ),
  invalid('T62', 'exp 1e308', 'lifetime:exp', claims({ exp: 1e308 })),
  accepted(
    'T62',
    'a lifetime of a day',
    timed((now) => ({ exp: now + 86_400 })),
  ),
  invalid(
    'T63',
    'nbf in 65 s',
    'not_yet_valid:nbf',
    timed((now) => ({ nbf: now + 65 })),
  ),
  accepted(
    'T63',
    'nbf in 20 s',
    timed((now) => ({ nbf: now + 20 })),
  ),
  invalid(
    'T64',
    'nbf a string',
    'bad_claim_type:nbf',
    timed((now) => ({ nbf: String(now) })),
  ),
  invalid(
    'T65',
    'iat tomorrow',
    'issued_in_future:iat',
    timed((now) => ({ iat: now + 86_400, exp: now + 86_700 })),
  ),
  invalid(
    'T66',
    'iat a string',
    'bad_claim_type:iat',
    timed((now) => ({ iat: String(now) })),
  ),
];

function ended(atSeconds: number): Members {
  return { iat: atSeconds - 300, exp: atSeconds };
}

const issuerAndAudienceRows: readonly TokenRow[] = [
  invalid('T67', 'iss of nobody', 'unknown_issuer:iss', claims({ iss: 'https://evil.example' })),
  invalid('T67', 'iss with a trailing slash', 'unknown_issuer', (world) =>
    world.base.token({ claims: { iss: `${world.base.issuer}/` } }),
  ),
  invalid('T67', 'iss in another case', 'unknown_issuer', (world) =>
    world.base.token({ claims: { iss: world.base.issuer.toUpperCase() } }),
  ),
  invalid('T67', 'iss an array', 'bad_issuer:iss', (world) =>
    world.base.token({ claims: { iss: [world.base.issuer] } }),
  ),
  invalid('T67', 'iss missing', 'bad_issuer:iss', claims({ iss: undefined })),
  invalid('T67', "another issuer's name over this issuer's key", 'no_key', (world) =>
    world.base.token({ claims: { iss: world.by.single.issuer } }),
  ),
  invalid('T68', 'aud of another service', 'audience:aud', claims({ aud: 'billing' })),
  accepted('T69', 'aud an array with ours', claims({ aud: ['billing', 'secrouter'] })),
  invalid('T70', 'aud an array without ours', 'audience:aud', claims({ aud: ['billing', 'mail'] })),
  invalid('T70', 'aud empty', 'audience:aud', claims({ aud: [] })),
  invalid('T70', 'aud nested', 'bad_claim_type:aud', claims({ aud: [['secrouter']] })),
  invalid('T70', 'aud that only begins with ours', 'audience:aud', claims({ aud: 'secrouter2' })),
  invalid('T70', 'aud in another case', 'audience:aud', claims({ aud: 'SecRouter' })),
  invalid('T71', 'aud missing', 'audience:aud', claims({ aud: undefined })),
];

const subjectRows: readonly TokenRow[] = [
  invalid('T72', 'sub missing', 'bad_subject:sub', claims({ sub: undefined })),
  invalid('T72', 'sub ""', 'bad_subject:sub', claims({ sub: '' })),
  invalid('T72', 'sub " "', 'bad_subject:sub', claims({ sub: ' ' })),
  ...[7, {}, ['u-basic'], null, true].map((sub) =>
    invalid('T73', `sub ${JSON.stringify(sub)}`, 'bad_subject:sub', claims({ sub })),
  ),
  invalid('T74', 'sub with a line end', 'bad_subject:sub', claims({ sub: 'u-basic\n' })),
  invalid('T74', 'sub with a NUL', 'bad_subject:sub', claims({ sub: 'u\u0000basic' })),
  invalid('T74', 'sub of 256', 'bad_subject:sub', claims({ sub: 'x'.repeat(256) })),
  accepted('T74', 'sub of 255', claims({ sub: 'x'.repeat(255) })),
  ...['__proto__', 'constructor', 'hasOwnProperty'].map((sub) => accepted('T76', `sub ${sub}`, claims({ sub }))),
  accepted('T78', 'a sub that looks like SQL', claims({ sub: "'; DROP TABLE usage_events; --" })),
  invalid('T78', "a sub that names another issuer's principal", 'foreign_principal', claims({ sub: 'single#u-basic' })),
];

const ID_TOKEN = { aud: CONSOLE_CLIENT, nonce: 'n-0S6', at_hash: 'MTIzNDU2Nzg5MA' };

const typeRows: readonly TokenRow[] = [
  invalid('T79', 'typ JWT at a strict issuer', 'token_type:typ', typed('JWT', 'strict')),
  accepted('T79', 'typ JWT by default', typed('JWT')),
  accepted('T80', 'typ application/at+jwt', typed('application/at+jwt')),
  accepted('T80', 'typ AT+JWT', typed('AT+JWT', 'strict')),
  ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'id_token+jwt', 'Refresh', ''].map((typ) =>
    invalid('T81', `typ ${JSON.stringify(typ)}`, 'token_type:typ', typed(typ)),
  ),
  invalid('T81', 'typ a number', 'token_type:typ', typed(1)),
  invalid('T82', "the console's ID token", 'id_token', typed('JWT', 'base', ID_TOKEN)),
  invalid('T82', 'an ID token for our audience (nonce)', 'id_token', typed('JWT', 'base', { nonce: 'n-0S6' })),
  invalid('T82', 'an ID token for our audience (at_hash)', 'id_token', typed('JWT', 'base', { at_hash: 'MTIz' })),
  invalid('T83', "Keycloak's refresh token", 'token_type:typ', typed('JWT', 'base', { typ: 'Refresh' })),
  invalid('T83', "Keycloak's ID token", 'token_type:typ', typed('JWT', 'base', { typ: 'ID' })),
  invalid('T84', 'no typ', 'token_type:typ', typed(undefined)),
  accepted('T84', 'no typ where the issuer says so', typed(undefined, 'untyped')),
];

const scopeRows: readonly TokenRow[] = [
  refused('T85', 'no scope', [403, 'insufficient_scope', 'scope_missing:scope'], claims({}, 'scope')),
  refused('T85', 'another scope', [403, 'insufficient_scope', 'scope_missing'], claims({ scope: 'chats' }, 'scope')),
  accepted('T85', 'the scope among others', claims({ scope: 'openid chat' }, 'scope')),
  accepted('T85', 'the scope in scp', claims({ scp: ['chat'] }, 'scope')),
  invalid('T85', 'scope split by two blanks', 'bad_claim_type:scope', claims({ scope: 'openid  chat' }, 'scope')),
];

const noSecondFactor = [401, 'mfa_required', 'no_second_factor:amr'] as const;

const secondFactorRows: readonly TokenRow[] = [
  refused('T86', 'amr missing', noSecondFactor, claims({ amr: undefined })),
  refused('T87', 'amr []', noSecondFactor, claims({ amr: [] })),
  invalid('T88', 'amr "mfa"', 'bad_claim_type:amr', claims({ amr: 'mfa' })),
  invalid('T89', 'amr "pwd mfa"', 'bad_claim_type:amr', claims({ amr: 'pwd mfa' })),
  ...[[['mfa']], [{ mfa: 1 }], [null], { mfa: true }, [true]].map((amr) =>
    invalid('T90', `amr ${JSON.stringify(amr)}`, 'bad_claim_type:amr', claims({ amr })),
  ),
  refused('T91', 'amr ["MFA"]', noSecondFactor, claims({ amr: ['MFA'] })),
  refused('T91', 'amr ["mfa "]', noSecondFactor, claims({ amr: ['mfa '] })),
  refused('T92', 'amr ["pwd"]', noSecondFactor, claims({ amr: ['pwd'] })),
  refused('T92', 'amr of two of one kind', noSecondFactor, claims({ amr: ['pwd', 'pin'] })),
  refused('T93', 'amr ["hwk"]', noSecondFactor, claims({ amr: ['hwk'] })),
  refused('T93', 'amr ["fpt"]', noSecondFactor, claims({ amr: ['fpt'] })),
  accepted('T94', 'amr ["pwd","otp"]', claims({ amr: ['pwd', 'otp'] })),
  accepted('T94', 'amr ["pin","fpt"]', claims({ amr: ['pin', 'fpt'] })),
  accepted('T95', 'a listed value', claims({ amr: ['ngcmfa'] }, 'lists')),
  accepted('T95', 'a listed pair', claims({ amr: ['pwd', 'push'] }, 'lists')),
  refused('T95', 'half of a listed pair', noSecondFactor, claims({ amr: ['push'] }, 'lists')),
  accepted('T95', 'a listed acr', claims({ amr: undefined, acr: 'phr' }, 'lists')),
];

const acrTooLow = [401, 'acr_insufficient', 'acr_too_low:acr'] as const;
const tooOld = [401, 'auth_too_old', 'sign_in_too_old:auth_time'] as const;

const stepUpRows: readonly TokenRow[] = [
  accepted('T96', 'acr as required', claims({ acr: 'silver' }, 'acr')),
  accepted('T96', 'acr higher than required', claims({ acr: 'gold' }, 'acr')),
  refused('T96', 'acr lower than required', acrTooLow, claims({ acr: 'bronze' }, 'acr')),
  refused('T96', 'acr missing', acrTooLow, claims({}, 'acr')),
  accepted(
    'T97',
    'a fresh sign-in',
    timed((now) => ({ auth_time: now - 60 }), 'age'),
  ),
  refused(
    'T97',
    'auth_time too old',
    tooOld,
    timed((now) => ({ auth_time: now - 700 }), 'age'),
  ),
  refused('T97', 'auth_time missing', tooOld, claims({}, 'age')),
  refused(
    'T97',
    'auth_time in the future',
    tooOld,
    timed((now) => ({ auth_time: now + 600 }), 'age'),
  ),
  refused(
    'T97',
    'auth_time a string',
    tooOld,
    timed((now) => ({ auth_time: String(now) }), 'age'),
  ),
];

const overage = [403, 'groups_overage', 'too_many_groups_for_token:groups'] as const;
const SERVICE = { sub: 'svc-batch', client_id: 'batch', amr: undefined };
const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } };

const identityRows: readonly TokenRow[] = [
  accepted('T98', 'a listed service subject without amr', claims(SERVICE)),
  refused('T98', 'a service subject that is not listed', noSecondFactor, claims({ ...SERVICE, sub: 'svc-other' })),
  refused('T99', 'a service subject of another issuer', noSecondFactor, claims(SERVICE, 'single')),
  invalid('T99', 'a service subject for another audience', 'audience:aud', claims({ ...SERVICE, aud: 'billing' })),
  invalid('T99', 'a client that is not listed', 'client_not_allowed', claims({ client_id: 'other' })),
  invalid('T100', 'groups a string', 'bad_claim_type:groups', claims({ groups: 'Finance secrouter-admins' })),
  invalid('T100', 'groups with an object', 'bad_claim_type:groups', claims({ groups: [{ name: 'secrouter-admins' }] })),
  accepted('T101', 'no groups', claims({ groups: [] })),
  refused('T103', 'groups that did not fit (_claim_names)', overage, claims(OVERAGE)),
  refused('T103', 'groups that did not fit (hasgroups)', overage, claims({ hasgroups: true })),
  accepted('T103', 'groups that did not fit, with roles', claims({ ...OVERAGE, app: { roles: ['x'] } }, 'lists')),
  invalid(
    'T104',
    'roles a string',
    'bad_claim_type:app.roles',
    claims({ app: { roles: 'secrouter-admins' } }, 'lists'),
  ),
];

/** Every row of this part. */
export const claimRows: readonly TokenRow[] = [
  ...timeRows,
  ...issuerAndAudienceRows,
  ...subjectRows,
  ...typeRows,
  ...scopeRows,
  ...secondFactorRows,
  ...stepUpRows,
  ...identityRows,
];
