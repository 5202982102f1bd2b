// Entra's client-credentials grant (RFC 6749 section 4.4) as pure values: what is sent, how the answer is read, and for
// how long it serves. Neither the secret nor the token is ever part of an error or a reason.
import {
  decodeUtf8Strict,
  type EntraCredential,
  type JsonLimits,
  type ProviderConfig,
  parseStrictJson,
  toPlainValue,
} from '@secrouter/proto';

export const TOKEN_TIMEOUT_MS = 5_000;
export const MAX_TOKEN_ANSWER_BYTES = 65_536;
/** What upstream servers take as one header at most. */
const MAX_TOKEN_CHARACTERS = 16_384;
const ANSWER_LIMITS: JsonLimits = { maxDepth: 4, maxMembers: 64, maxItems: 64, maxNodes: 256 };
/** Longer ones are refreshed as if they ended then: a withdrawn right must not live on for weeks. */
const LONGEST_LIFETIME_MS = 86_400_000;
const REFRESH_MARGIN_MS = 300_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** One form, sent to an authority. The port keeps to the bounds and follows no redirect. */
export interface FormRequest {
  readonly url: string;
  readonly form: string;
  readonly caFile: string | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The one way out for forms, given by whoever owns connections. Rejects when there is no answer. */
export type PostForm = (request: FormRequest) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

/** The errors of RFC 6749 section 5.2; whatever else an authority says is `bad_status`. */
const AUTHORITY_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
] as const;

/** Why there is no token; a closed set, fit for a log. */
export type TokenFailure =
  | (typeof AUTHORITY_ERRORS)[number]
  | 'secret_missing'
  | 'unreachable'
  | 'redirect'
  | 'bad_status'
  | 'too_large'
  | 'not_json'
  | 'not_a_token';

export type TokenReading =
  | { readonly outcome: 'read'; readonly token: string; readonly lifetimeMs: number }
  | { readonly outcome: 'failed'; readonly failure: TokenFailure };

/** The Entra credential of a provider that is asked with tokens; undefined for any other. */
export function entraOf({ api, azureAuth, entra }: ProviderConfig): EntraCredential | undefined {
  return api === 'azure' && azureAuth === 'entra' ? entra : undefined;
}

/** Where the grant is asked for, and the form. */
export function tokenForm(entra: EntraCredential, secret: string): { readonly url: string; readonly form: string } {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: entra.clientId,
    client_secret: secret,
    scope: entra.scope,
  });
  return { url: `${entra.authority}/${encodeURIComponent(entra.tenantId)}/oauth2/v2.0/token`, form: form.toString() };
}

/** Reads an authority's answer; the body may be one byte longer than allowed, which says that it was cut. */
export function readTokenAnswer(status: number, body: Uint8Array): TokenReading {
  if (status >= 300 && status < 400) return failed('redirect');
  if (body.byteLength > MAX_TOKEN_ANSWER_BYTES) return failed('too_large');
  const members = readMembers(body);
  if (status !== 200) return failed(AUTHORITY_ERRORS.find((error) => error === members?.error) ?? 'bad_status');
  if (members === undefined) return failed('not_json');
  const { token_type: type, access_token: token, expires_in: expiresIn } = members;
  const lifetimeMs = secondsOf(expiresIn) * 1_000;
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer' || !isToken(token) || !(lifetimeMs > 0))
    return failed('not_a_token');
  return { outcome: 'read', token, lifetimeMs: Math.min(lifetimeMs, LONGEST_LIFETIME_MS) };
}

/** When a token is replaced: 5 minutes before its end, or at half of a life that is shorter than ten. */
export function refreshAfterMs(lifetimeMs: number): number {
  return lifetimeMs - Math.min(REFRESH_MARGIN_MS, lifetimeMs / 2);
}

/** How long an authority is left alone after so many failures in a row. */
export function tokenBackoffMs(failures: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}

function readMembers(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const text = decodeUtf8Strict(body);
  const reading = text === undefined ? undefined : parseStrictJson(text, ANSWER_LIMITS);
  if (text === undefined || reading?.outcome !== 'parsed' || reading.root.kind !== 'object') return undefined;
  return toPlainValue(text, reading.root) as Readonly<Record<string, unknown>>;
}

/** The `b64token` of RFC 6750 section 2.1: nothing in it can end a header. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TOKEN_CHARACTERS && /^[A-Za-z0-9\-._~+/]+=*$/.test(value);
}

// Entra's first version writes the number as a string.
function secondsOf(value: unknown): number {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}

function failed(failure: TokenFailure): TokenReading {
  return { outcome: 'failed', failure };
}
