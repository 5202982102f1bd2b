// T03-T08 and T36-T56: what is refused before any cryptography.
import { base64url } from '../support/token-issuer.ts';
import type { TokenWorld } from '../support/token-world.ts';
import { accepted, invalid, refused, type TokenRow } from './token-rows.ts';

const base = ({ base: issuer }: TokenWorld) => issuer;
const withHeader = (header: Readonly<Record<string, unknown>>) => (world: TokenWorld) => base(world).token({ header });
const withHeaderText = (headerText: string) => (world: TokenWorld) => base(world).token({ headerText });
const withPayload = (payload: string | Uint8Array) => (world: TokenWorld) => base(world).token({ payload });
const withClaims = (claims: Readonly<Record<string, unknown>>) => (world: TokenWorld) => base(world).token({ claims });

/** A valid token, taken apart, changed and put together. */
const withParts = (change: (parts: [string, string, string]) => string) => (world: TokenWorld) =>
  change(base(world).token().split('.') as [string, string, string]);

/** The claims of a valid token as JSON text, with members put before them. */
const withMembers = (members: string) => (world: TokenWorld) => {
  const claims = JSON.stringify(base(world).claims());
  return base(world).token({ payload: `{${members},${claims.slice(1)}` });
};

/** The base token with an unsigned header. */
const unsigned = (header: object, signature: string) =>
  withParts(([, payload]) => `${base64url(JSON.stringify(header))}.${payload}.${signature}`);

const none = (alg: unknown) => ({ alg, typ: 'at+jwt', kid: 'base-1' });
const nest = (depth: number) => `{"iss":"x","deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;

const algorithmRows: readonly TokenRow[] = [
  invalid('T03', 'alg none, empty signature', 'not_three_parts', unsigned(none('none'), '')),
  ...['None', 'NONE', 'nOnE'].flatMap((alg) => [
    invalid('T04', `alg ${alg}, empty signature`, 'not_three_parts', unsigned(none(alg), '')),
    invalid('T04', `alg ${alg}, some signature`, 'unsupported_algorithm', unsigned(none(alg), 'AAAA')),
  ]),
  invalid('T05', 'alg none with the original signature kept', 'unsupported_algorithm', (world) => {
    const [, payload, signature] = base(world).token().split('.');
    return `${base64url(JSON.stringify(none('none')))}.${payload}.${signature}`;
  }),
  invalid('T08', 'alg missing', 'unsupported_algorithm', withHeader({ alg: undefined })),
  invalid('T08', 'alg null', 'unsupported_algorithm', withHeader({ alg: null })),
  invalid('T08', 'alg a number', 'unsupported_algorithm', withHeader({ alg: 256 })),
  invalid('T08', 'alg an array', 'unsupported_algorithm', withHeader({ alg: ['RS256'] })),
];

const headerRows: readonly TokenRow[] = [
  invalid('T36', 'crit ["x"]', 'forbidden_header_member:crit', withHeader({ crit: ['x'], x: 1 })),
  invalid('T37', 'crit ["b64"], b64 false', 'forbidden_header_member', withHeader({ crit: ['b64'], b64: false })),
  invalid('T38', 'crit []', 'forbidden_header_member:crit', withHeader({ crit: [] })),
  invalid('T38', 'crit not an array', 'forbidden_header_member:crit', withHeader({ crit: 'exp' })),
  invalid('T39', 'b64 false without crit', 'forbidden_header_member:b64', withHeader({ b64: false })),
  invalid('T40', 'zip DEF', 'forbidden_header_member:zip', withHeader({ zip: 'DEF' })),
  invalid(
    'T48',
    'alg twice (none, RS256)',
    'bad_header',
    withHeaderText('{"alg":"none","alg":"RS256","kid":"base-1"}'),
  ),
  invalid('T48', 'alg twice, once escaped', 'bad_header', withHeaderText('{"alg":"RS256","\\u0061lg":"none"}')),
  invalid('T51', 'header []', 'bad_header', withHeaderText('[]')),
  invalid('T51', 'header "x"', 'bad_header', withHeaderText('"x"')),
  invalid('T51', 'header no JSON', 'bad_header', withHeaderText('{alg:RS256}')),
  invalid('T53', 'a header above 1 KiB', 'bad_header', withHeader({ pad: 'x'.repeat(1_100) })),
  invalid('T53', 'a header with a byte order mark', 'bad_header', withHeaderText('\ufeff{"alg":"RS256"}')),
  invalid('T56', 'a nested JWT (cty JWT)', 'nested_token:cty', withHeader({ cty: 'JWT' })),
  invalid('T56', 'a nested JWT (cty application/jwt)', 'nested_token:cty', withHeader({ cty: 'application/jwt' })),
];

const encodingRows: readonly TokenRow[] = [
  invalid(
    'T41',
    'a JWE of five parts',
    'not_three_parts',
    withParts(([h, p, s]) => `${h}.${p}.${s}.${s}.${s}`),
  ),
  invalid(
    'T42',
    'a JWS in JSON serialisation',
    'not_three_parts',
    withParts(([h, p, s]) => `{"protected":"${h}","payload":"${p}","signature":"${s}"}`),
  ),
  invalid(
    'T43',
    'four parts',
    'not_three_parts',
    withParts((parts) => [...parts, 'AAAA'].join('.')),
  ),
  invalid(
    'T43',
    'two parts',
    'not_three_parts',
    withParts(([h, p]) => `${h}.${p}`),
  ),
  invalid(
    'T43',
    'one part',
    'not_three_parts',
    withParts(([h]) => h),
  ),
  invalid(
    'T43',
    'a trailing dot',
    'not_three_parts',
    withParts((parts) => `${parts.join('.')}.`),
  ),
  invalid(
    'T43',
    'a leading dot',
    'not_three_parts',
    withParts((parts) => `.${parts.join('.')}`),
  ),
  invalid(
    'T44',
    'padding on the header',
    'not_base64url:header',
    withParts(([h, p, s]) => `${h}==.${p}.${s}`),
  ),
  invalid(
    'T44',
    'padding on the payload',
    'not_base64url:payload',
    withParts(([h, p, s]) => `${h}.${p}=.${s}`),
  ),
  invalid(
    'T44',
    'padding on the signature',
    'not_base64url',
    withParts(([h, p, s]) => `${h}.${p}.${s}==`),
  ),
  refused(
    'T45',
    'a blank inside a part, which is no Bearer form either',
    [400, 'invalid_request'],
    withParts(([h, p, s]) => `${h}.${p.slice(0, 9)} ${p.slice(9)}.${s}`),
  ),
  invalid('T46', 'the standard alphabet in the payload', 'not_base64url:payload', (world) => {
    const claims = base(world).claims({ pad: '>>>???>>>???' });
    const [h, , s] = base(world).token().split('.');
    return `${h}.${Buffer.from(JSON.stringify(claims)).toString('base64').replace(/=*$/, '')}.${s}`;
  }),
  invalid(
    'T46',
    'the standard alphabet in the signature',
    'not_base64url',
    withParts(([h, p]) => `${h}.${p}.+/+/`),
  ),
  invalid(
    'T47',
    'stray bits in the last character',
    'not_base64url',
    withParts(([h, p]) => `${h}.${p}.AB`),
  ),
];

const payloadRows: readonly TokenRow[] = [
  invalid('T49', 'exp twice (1 first)', 'bad_payload', withMembers('"exp":1')),
  invalid('T49', 'exp twice, once escaped', 'bad_payload', withMembers('"\\u0065xp":1')),
  invalid('T50', 'aud twice', 'bad_payload', withMembers('"aud":"other"')),
  invalid('T50', 'sub twice', 'bad_payload', withMembers('"sub":"u-admin"')),
  invalid('T50', 'groups twice', 'bad_payload', withMembers('"groups":["secrouter-admins"],"groups":[]')),
  invalid('T52', 'payload an array', 'bad_payload', withPayload('[]')),
  invalid('T52', 'payload a string', 'bad_payload', withPayload('"x"')),
  invalid('T52', 'payload a number', 'bad_payload', withPayload('1')),
  invalid('T54', 'payload invalid UTF-8', 'bad_payload', (world) => {
    const text = JSON.stringify(base(world).claims({ name: '~' }));
    return base(world).token({ payload: Buffer.from(text.replace('~', '\u00ff'), 'latin1') });
  }),
  invalid('T54', 'payload with an overlong encoding', 'bad_payload', (world) => {
    const text = JSON.stringify(base(world).claims({ name: '~~' }));
    return base(world).token({ payload: Buffer.from(text.replace('~~', '\u00c0\u00af'), 'latin1') });
  }),
  invalid('T55', 'payload nested 4,000 deep', 'bad_payload', withPayload(nest(4_000))),
  refused('T55', 'payload nested 10,000 deep, by size', [431, 'headers_too_large'], withPayload(nest(10_000))),
  accepted('T55', 'payload nested as deep as the bound', withClaims({ deep: JSON.parse('[[[[[[[]]]]]]]') as unknown })),
  refused('T75', 'sub of 1 MB', [431, 'headers_too_large'], withClaims({ sub: 'x'.repeat(1_000_000) })),
  invalid('T75', 'a token just above the bound', 'too_long', withClaims({ pad: 'x'.repeat(9_300) })),
  invalid('T102', '201 groups', 'bad_payload', withClaims({ groups: groupNames(201) })),
  accepted('T102', '200 groups', withClaims({ groups: groupNames(200) })),
  refused('T102', '10,000 groups', [431, 'headers_too_large'], withClaims({ groups: groupNames(10_000) })),
];

function groupNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `g${index}`);
}

/** Every row of this part. */
export const formatRows: readonly TokenRow[] = [...algorithmRows, ...headerRows, ...encodingRows, ...payloadRows];
