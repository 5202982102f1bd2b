// Everything about a token that is judged before any cryptography. jose's decoder is lenient about padding and spaces
// and takes the last duplicate member; this reading is not, so nothing is verified that two parsers read differently.
import { decodeUtf8Strict } from '../json/decode-utf8.ts';
import type { JsonLimits } from '../json/json-limits.ts';
import { toPlainValue } from '../json/json-value.ts';
import { parseStrictJson } from '../json/strict-json.ts';
import { isTokenAlgorithm, type TokenAlgorithm } from './token-algorithm.ts';
import { invalidToken, type TokenReason, type TokenRefusal } from './token-refusal.ts';

/** 200 group ids are 10,400 bytes; the header block of a request is 16 KiB. */
export const maxTokenLength = 12_288;
export const maxTokenHeaderBytes = 1_024;
export const maxTokenDepth = 8;
/** Bounds every array of the payload, groups above all. */
export const maxTokenArrayItems = 200;
export const maxTokenClaims = 256;
export const maxSubjectLength = 255;
export const maxKeyIdLength = 256;

/** The judged protected header: the members that decide anything. */
export interface TokenHeader {
  readonly alg: TokenAlgorithm;
  readonly kid?: string;
  readonly typ?: string;
}

/** Plain values of the payload; objects have no prototype, so `__proto__` is a claim like any other. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/** A well-formed token of which nothing has been verified yet. */
export interface PreParsedToken {
  readonly outcome: 'parsed';
  readonly header: TokenHeader;
  readonly claims: TokenClaims;
  /** Judged to be strings and a finite number already. */
  readonly issuer: string;
  readonly subject: string;
  readonly expiresAtSeconds: number;
  readonly signingInput: string;
}

const headerLimits: JsonLimits = { maxDepth: 3, maxMembers: 32, maxItems: 16 };
const payloadLimits: JsonLimits = {
  maxDepth: maxTokenDepth,
  maxMembers: maxTokenClaims,
  maxItems: maxTokenArrayItems,
};

/**
 * Header members that are refused whatever they say: keys and addresses of keys from the token itself (RFC 8725
 * section 3.10), extensions that this verifier does not know (RFC 7515 section 4.1.11), compression and encryption.
 */
const forbiddenHeaderMembers = ['crit', 'b64', 'zip', 'enc', 'jwk', 'jku', 'x5u', 'x5c'] as const;

/** Reads a compact JWS strictly; the length is looked at first, so that a 5 MB token costs nothing. */
export function preParseToken(token: string): PreParsedToken | TokenRefusal {
  if (token.length > maxTokenLength) return invalidToken('too_long');
  const parts = token.split('.');
  const [headerPart, payloadPart, signaturePart] = parts;
  if (parts.length !== 3 || !headerPart || !payloadPart || !signaturePart) return invalidToken('not_three_parts');
  if (decodePart(signaturePart) === undefined) return invalidToken('not_base64url', 'signature');

  const header = readHeader(headerPart);
  if ('outcome' in header) return header;
  const claims = readObject(payloadPart, payloadLimits);
  if (claims === 'not_base64url') return invalidToken('not_base64url', 'payload');
  if (claims === undefined) return invalidToken('bad_payload');

  const { iss: issuer, sub: subject, exp: expiresAtSeconds } = claims;
  if (typeof issuer !== 'string' || issuer === '') return invalidToken('bad_issuer', 'iss');
  if (!isSubject(subject)) return invalidToken('bad_subject', 'sub');
  if (typeof expiresAtSeconds !== 'number' || !Number.isFinite(expiresAtSeconds)) {
    return invalidToken('bad_expiry', 'exp');
  }
  const signingInput = token.slice(0, headerPart.length + 1 + payloadPart.length);
  return { outcome: 'parsed', header, claims, issuer, subject, expiresAtSeconds, signingInput };
}

/** 1 to 255 UTF-16 units, not blank, without control characters; otherwise an opaque id, compared exactly. */
export function isSubject(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= maxSubjectLength && value.trim() !== '' && !hasControlCharacter(value)
  );
}

/** C0, DEL and C1: what could break a header, a log line or a terminal. */
export function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value);
}

function readHeader(part: string): TokenHeader | TokenRefusal {
  if (part.length > Math.ceil((maxTokenHeaderBytes * 4) / 3)) return invalidToken('bad_header');
  const header = readObject(part, headerLimits);
  if (header === 'not_base64url') return invalidToken('not_base64url', 'header');
  if (header === undefined) return invalidToken('bad_header');
  const forbidden = forbiddenHeaderMembers.find((name) => Object.hasOwn(header, name));
  if (forbidden !== undefined) return invalidToken('forbidden_header_member', forbidden);

  const { alg, kid, typ, cty } = header;
  if (!isTokenAlgorithm(alg)) return invalidToken('unsupported_algorithm', 'alg');
  if (kid !== undefined && !isKeyId(kid)) return invalidToken('bad_key_id', 'kid');
  if (typ !== undefined && typeof typ !== 'string') return invalidToken('token_type', 'typ');
  if (cty !== undefined && !isPlainContentType(cty)) return invalidToken('nested_token', 'cty');
  return { alg, ...(kid === undefined ? {} : { kid }), ...(typ === undefined ? {} : { typ }) };
}

function isKeyId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maxKeyIdLength && !hasControlCharacter(value);
}

function isPlainContentType(value: unknown): boolean {
  return typeof value === 'string' && !/^(application\/)?jwt$/i.test(value);
}

function readObject(part: string, limits: JsonLimits): TokenClaims | 'not_base64url' | undefined {
  const bytes = decodePart(part);
  if (bytes === undefined) return 'not_base64url' satisfies TokenReason;
  const text = decodeUtf8Strict(bytes);
  if (text === undefined) return undefined;
  const reading = parseStrictJson(text, limits);
  if (reading.outcome === 'refused' || reading.root.kind !== 'object') return undefined;
  return toPlainValue(text, reading.root) as TokenClaims;
}

/** The bytes of a part that re-encodes to itself: no padding, no blanks, no `+/`, no stray bits (RFC 7515 section 2). */
function decodePart(part: string): Uint8Array | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}
