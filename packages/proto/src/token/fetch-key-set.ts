// One attempt to obtain an issuer's keys: discovery where the file names no `jwksUri`, then the key set itself. The
// network is a port; what comes over it is judged here.
import { decodeUtf8Strict } from '../json/decode-utf8.ts';
import type { JsonLimits } from '../json/json-limits.ts';
import { toPlainValue } from '../json/json-value.ts';
import { parseStrictJson } from '../json/strict-json.ts';
import { type KeySet, readKeySet } from './key-set.ts';
import { isPlainRecord } from './plain-record.ts';

/** Bounds of one document: five seconds and 256 KiB hold a hundred keys with certificate chains. */
export const keyFetchTimeoutMs = 5_000;
export const maxKeyDocumentBytes = 262_144;
const documentLimits: JsonLimits = { maxDepth: 8, maxMembers: 512, maxItems: 512, maxNodes: 20_000 };

/** What the port must keep to: no redirects, no more bytes, no longer, and stop when told. */
export interface KeyDocumentRequest {
  readonly url: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** An answer of the identity provider, whatever its status; `dateMs` is its `Date` header. */
export interface KeyDocument {
  readonly status: number;
  readonly body: Uint8Array;
  readonly dateMs?: number;
}

/** The one way out, given by the plane that owns connections. Rejects when there is no answer. */
export type FetchJson = (request: KeyDocumentRequest) => Promise<KeyDocument>;

/** Why an attempt brought no keys; a closed set, fit for a metric label. */
export type KeyFetchFailure =
  | 'unreachable'
  | 'timed_out'
  | 'bad_status'
  | 'too_large'
  | 'not_json'
  | 'not_a_key_set'
  | 'no_usable_key'
  | 'discovery_issuer_mismatch'
  | 'insecure_jwks_uri'
  | 'jwks_host_changed';

/** Keys with the address that they came from. */
export type KeyFetchOutcome =
  | { readonly outcome: 'fetched'; readonly keySet: KeySet; readonly jwksUri: string; readonly dateMs?: number }
  | { readonly outcome: 'failed'; readonly failure: KeyFetchFailure };

/** Where to look. `pinnedJwksUri` is where keys came from before: discovery may not move them to another host. */
export interface KeyFetchTarget {
  readonly issuer: string;
  readonly jwksUri?: string;
  readonly pinnedJwksUri?: string;
}

/** Makes one attempt: at most two requests. */
export async function fetchKeySet(
  target: KeyFetchTarget,
  fetchJson: FetchJson,
  signal: AbortSignal,
): Promise<KeyFetchOutcome> {
  const jwksUri = target.jwksUri ?? (await discoverJwksUri(target, fetchJson, signal));
  if (typeof jwksUri !== 'string') return jwksUri;
  if (!isSecureKeyUrl(jwksUri)) return failed('insecure_jwks_uri');
  const document = await fetchDocument(jwksUri, fetchJson, signal);
  if (document.outcome === 'failed') return document;
  const keySet = readKeySet(document.value);
  if (keySet === undefined) return failed('not_a_key_set');
  // An emptied set is a provider's accident, not the withdrawal of every key: it must not replace a good one (F29).
  if (keySet.keys.length === 0) return failed('no_usable_key');
  return { outcome: 'fetched', keySet, jwksUri, ...(document.dateMs === undefined ? {} : { dateMs: document.dateMs }) };
}

/** https, or plain http to this very machine (a development identity provider). */
export function isSecureKeyUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  if (protocol === 'https:') return true;
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
  return protocol === 'http:' && isLoopback;
}

/** OpenID Connect Discovery 1.0 section 4: the document must name the very issuer it was asked for. */
async function discoverJwksUri(
  target: KeyFetchTarget,
  fetchJson: FetchJson,
  signal: AbortSignal,
): Promise<string | Extract<KeyFetchOutcome, { outcome: 'failed' }>> {
  if (!isSecureKeyUrl(target.issuer)) return failed('insecure_jwks_uri');
  const url = `${target.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await fetchDocument(url, fetchJson, signal);
  if (document.outcome === 'failed') return document;
  if (!isPlainRecord(document.value)) return failed('not_json');
  const { issuer, jwks_uri: jwksUri } = document.value;
  if (issuer !== target.issuer) return failed('discovery_issuer_mismatch');
  if (typeof jwksUri !== 'string' || !isSecureKeyUrl(jwksUri)) return failed('insecure_jwks_uri');
  const hasMoved = target.pinnedJwksUri !== undefined && new URL(target.pinnedJwksUri).host !== new URL(jwksUri).host;
  return hasMoved ? failed('jwks_host_changed') : jwksUri;
}

type ParsedDocument =
  | { readonly outcome: 'read'; readonly value: unknown; readonly dateMs?: number }
  | Extract<KeyFetchOutcome, { outcome: 'failed' }>;

async function fetchDocument(url: string, fetchJson: FetchJson, signal: AbortSignal): Promise<ParsedDocument> {
  let document: KeyDocument;
  try {
    document = await fetchJson({ url, timeoutMs: keyFetchTimeoutMs, maxBytes: maxKeyDocumentBytes, signal });
  } catch {
    return failed(signal.aborted ? 'timed_out' : 'unreachable');
  }
  if (document.status !== 200) return failed('bad_status');
  if (document.body.byteLength > maxKeyDocumentBytes) return failed('too_large');
  const text = decodeUtf8Strict(document.body);
  if (text === undefined) return failed('not_json');
  const reading = parseStrictJson(text, documentLimits);
  if (reading.outcome === 'refused') return failed('not_json');
  const { dateMs } = document;
  return { outcome: 'read', value: toPlainValue(text, reading.root), ...(dateMs === undefined ? {} : { dateMs }) };
}

function failed(failure: KeyFetchFailure): Extract<KeyFetchOutcome, { outcome: 'failed' }> {
  return { outcome: 'failed', failure };
}
