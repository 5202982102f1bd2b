// A loaded key set: filtered at load, immutable, and asked for exactly one key per token.
import { isPlainRecord } from './plain-record.ts';
import type { TokenHeader } from './pre-parse.ts';
import { type DroppedKeyReason, readVerificationKey, type VerificationKey } from './verification-key.ts';

/** Large providers publish about ten keys. */
export const maxKeysPerSet = 100;

/** The usable keys of one issuer. A new set is a new object, so identity tells whether the keys changed. */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  readonly dropped: readonly { readonly kid?: string; readonly reason: DroppedKeyReason }[];
}

/** The one key for a header, or why there is none. */
export type KeySelection =
  | { readonly outcome: 'selected'; readonly key: VerificationKey }
  | { readonly outcome: 'unknown_kid' | 'no_key' | 'ambiguous_key' | 'key_algorithm_mismatch' };

/** Filters a parsed JWKS document; undefined when it is not one. */
export function readKeySet(document: unknown): KeySet | undefined {
  if (!isPlainRecord(document) || !Array.isArray(document.keys) || document.keys.length > maxKeysPerSet) {
    return undefined;
  }
  const usable: VerificationKey[] = [];
  const dropped: { kid?: string; reason: DroppedKeyReason }[] = [];
  for (const jwk of document.keys as readonly unknown[]) {
    const key = readVerificationKey(jwk);
    if (typeof key === 'string') dropped.push({ ...namedKid(jwk), reason: key });
    else usable.push(key);
  }
  const { keys, duplicates } = withoutDuplicates(usable);
  for (const key of duplicates) dropped.push({ ...namedKid(key.jwk), reason: 'duplicate_kid' });
  return { keys, dropped };
}

/** The set as a JWKS document of public members only: for persistence, and for jose's `createLocalJWKSet`. */
export function keySetDocument(keySet: KeySet): { readonly keys: readonly Readonly<Record<string, string>>[] } {
  return { keys: keySet.keys.map((key) => key.jwk) };
}

/** True when both sets hold (and drop) the same keys: a refresh without news flushes nothing. */
export function isSameKeySet(left: KeySet, right: KeySet): boolean {
  return keySetText(left) === keySetText(right);
}

function keySetText(keySet: KeySet): string {
  return JSON.stringify([keySetDocument(keySet), keySet.dropped]);
}

/** Selects by `kid` and algorithm; without a `kid` only when one key fits (a header never picks among several). */
export function selectKey(keySet: KeySet, header: TokenHeader): KeySelection {
  if (header.kid !== undefined) {
    const named = keySet.keys.filter((key) => key.kid === header.kid);
    if (named.length === 0) return { outcome: 'unknown_kid' };
    const key = named.find((candidate) => candidate.algorithms.includes(header.alg));
    return key === undefined ? { outcome: 'key_algorithm_mismatch' } : { outcome: 'selected', key };
  }
  const [key, second] = keySet.keys.filter((candidate) => candidate.algorithms.includes(header.alg));
  if (key === undefined) return { outcome: 'no_key' };
  return second === undefined ? { outcome: 'selected', key } : { outcome: 'ambiguous_key' };
}

/**
 * Two different keys under one kid are ambiguous and both go. The same key published twice (once per algorithm) stays;
 * an exact repeat is kept once.
 */
function withoutDuplicates(usable: readonly VerificationKey[]): {
  keys: readonly VerificationKey[];
  duplicates: readonly VerificationKey[];
} {
  const keys: VerificationKey[] = [];
  const duplicates: VerificationKey[] = [];
  for (const key of usable) {
    const twins = usable.filter((other) => other !== key && other.kid === key.kid);
    const isAmbiguous = key.kid !== undefined && twins.some((twin) => !twin.publicKey.equals(key.publicKey));
    const isRepeat = keys.some(
      (kept) =>
        kept.kid === key.kid &&
        kept.publicKey.equals(key.publicKey) &&
        key.algorithms.every((algorithm) => kept.algorithms.includes(algorithm)),
    );
    (isAmbiguous || isRepeat ? duplicates : keys).push(key);
  }
  return { keys, duplicates };
}

function namedKid(jwk: unknown): { kid?: string } {
  return isPlainRecord(jwk) && typeof jwk.kid === 'string' ? { kid: jwk.kid.slice(0, 64) } : {};
}
