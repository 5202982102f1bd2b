// Which keys of a key set may verify tokens, decided once at load. The algorithms of a key are pinned here, so that a
// token's header only ever chooses among them (RFC 8725 section 3.1).
import { createPublicKey, type KeyObject } from 'node:crypto';
import { isGuessableModulus } from './guessable-modulus.ts';
import { isPlainRecord, type PlainRecord } from './plain-record.ts';
import { isTokenAlgorithm, type TokenAlgorithm } from './token-algorithm.ts';

/** RSA below 2048 bits is broken (NIST SP 800-131A); above 8192 one verification costs milliseconds. */
export const minRsaModulusBits = 2_048;
export const maxRsaModulusBits = 8_192;
/** FIPS 186-5 section A.1.1: odd and above 2^16; far larger ones only slow verification down. */
const minRsaExponent = 65_537n;
const maxRsaExponent = 2n ** 32n;

/** A public key with everything it may be used for. */
export interface VerificationKey {
  readonly kid?: string;
  readonly algorithms: readonly TokenAlgorithm[];
  readonly publicKey: KeyObject;
  /** Only the public members: what is persisted and shown. */
  readonly jwk: Readonly<Record<string, string>>;
}

/** Why a key of the set is not used. */
export type DroppedKeyReason =
  | 'malformed'
  | 'private_members'
  | 'symmetric'
  | 'not_for_signatures'
  | 'unsupported_type'
  | 'weak_rsa'
  | 'duplicate_kid';

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const rsaAlgorithms: readonly TokenAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const curveAlgorithms: ReadonlyMap<string, readonly TokenAlgorithm[]> = new Map([
  ['EC P-256', ['ES256']],
  ['EC P-384', ['ES384']],
  ['EC P-521', ['ES512']],
  ['OKP Ed25519', ['EdDSA', 'Ed25519']],
]);

/** Reads one member of `keys`; a reason where it must not verify anything. */
export function readVerificationKey(jwk: unknown): VerificationKey | DroppedKeyReason {
  if (!isPlainRecord(jwk) || typeof jwk.kty !== 'string') return 'malformed';
  if (jwk.kty === 'oct') return 'symmetric';
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) return 'private_members';
  if (!isForSignatures(jwk)) return 'not_for_signatures';
  const algorithms = permittedAlgorithms(jwk);
  if (algorithms.length === 0) return 'unsupported_type';
  const publicMembers = pickPublicMembers(jwk);
  if (publicMembers === undefined) return 'malformed';
  const publicKey = importKey(publicMembers);
  if (publicKey === undefined) return 'malformed';
  if (jwk.kty === 'RSA' && (!isStrongRsa(publicKey) || isGuessableModulus(modulusOf(publicMembers)))) return 'weak_rsa';
  const { kid } = publicMembers;
  return { ...(kid === undefined ? {} : { kid }), algorithms, publicKey, jwk: publicMembers };
}

function isForSignatures(jwk: PlainRecord): boolean {
  const { use, key_ops: operations } = jwk;
  if (use !== undefined && use !== 'sig') return false;
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
}

/** The key's own `alg` where it has one, else what its type and curve can do; the issuer's allow-list cuts further. */
function permittedAlgorithms(jwk: PlainRecord): readonly TokenAlgorithm[] {
  const curve = typeof jwk.crv === 'string' ? `${jwk.kty} ${jwk.crv}` : '';
  const byType = jwk.kty === 'RSA' ? rsaAlgorithms : (curveAlgorithms.get(curve) ?? []);
  if (jwk.alg === undefined) return byType;
  const { alg } = jwk;
  return isTokenAlgorithm(alg) && byType.includes(alg) ? [alg] : [];
}

function pickPublicMembers(jwk: PlainRecord): Readonly<Record<string, string>> | undefined {
  const required =
    jwk.kty === 'RSA' ? ['kty', 'n', 'e'] : jwk.kty === 'EC' ? ['kty', 'crv', 'x', 'y'] : ['kty', 'crv', 'x'];
  const optional = ['kid', 'alg', 'use'].filter((name) => jwk[name] !== undefined);
  const picked: Record<string, string> = {};
  for (const name of [...required, ...optional]) {
    const value = jwk[name];
    if (typeof value !== 'string' || value === '') return undefined;
    picked[name] = value;
  }
  return picked;
}

function importKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' }); // refuses points that are not on the curve
  } catch {
    return undefined;
  }
}

function modulusOf({ n = '' }: Readonly<Record<string, string>>): bigint {
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}

function isStrongRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isSaneExponent =
    publicExponent >= minRsaExponent && publicExponent <= maxRsaExponent && publicExponent % 2n === 1n;
  return modulusLength >= minRsaModulusBits && modulusLength <= maxRsaModulusBits && isSaneExponent;
}
