// Sealing and opening of snapshots: canonical bytes, SHA-256 digest, signature over a domain-separated statement.
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../json/json-value.ts';
import {
  MAX_SNAPSHOT_BYTES,
  type SealedSnapshot,
  type SignatureAlgorithm,
  SNAPSHOT_VERSION,
  type Snapshot,
  type SnapshotSeal,
  type TrustedKey,
} from './snapshot.ts';

/** The reasons for which a pod does not open a sealed snapshot; each is a NACK. */
export type SealProblem =
  | 'other_cell'
  | 'too_large'
  | 'length_mismatch'
  | 'digest_mismatch'
  | 'unknown_key'
  | 'bad_signature'
  | 'not_json'
  | 'unknown_version'
  | 'seal_mismatch';

/** Identifier of a public key: the first 16 hex digits of the SHA-256 of its SPKI DER. */
export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

/** The trusted-key record of a public key. */
export function trustedKeyOf(publicKey: KeyObject): TrustedKey {
  return {
    keyId: keyIdOf(publicKey),
    algorithm: algorithmOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
  };
}

/** Encodes and signs a snapshot. Throws RangeError when it is above the bound. */
export function sealSnapshot(snapshot: Snapshot, privateKey: KeyObject): SealedSnapshot {
  const content = new TextEncoder().encode(canonicalJson(snapshot));
  if (content.byteLength > MAX_SNAPSHOT_BYTES)
    throw new RangeError(`snapshot of ${content.byteLength} bytes is above the bound`);
  const publicKey = createPublicKey(privateKey);
  const unsigned = {
    cell: snapshot.cell,
    epoch: snapshot.epoch,
    revision: snapshot.revision,
    totalBytes: content.byteLength,
    digest: createHash('sha256').update(content).digest('hex'),
    algorithm: algorithmOf(publicKey),
    keyId: keyIdOf(publicKey),
  };
  const signature = signStatement(statement(unsigned), unsigned.algorithm, privateKey).toString('base64url');
  return { seal: { ...unsigned, signature }, content };
}

/** Verifies a sealed snapshot against the trusted keys and decodes it. The meaning is judged afterwards. */
export function openSnapshot(
  sealed: SealedSnapshot,
  cell: string,
  trustedKeys: readonly TrustedKey[],
):
  | { readonly outcome: 'opened'; readonly snapshot: Snapshot }
  | { readonly outcome: 'refused'; readonly problem: SealProblem } {
  const { seal, content } = sealed;
  const problem = sealProblem(seal, content, cell, trustedKeys);
  if (problem !== undefined) return { outcome: 'refused', problem };
  let decoded: unknown;
  try {
    decoded = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
  } catch {
    return { outcome: 'refused', problem: 'not_json' };
  }
  // Its publisher validated and signed it: past the signature the shape is ours, and only the version is open.
  const snapshot = decoded as Snapshot;
  if (snapshot.version !== SNAPSHOT_VERSION) return { outcome: 'refused', problem: 'unknown_version' };
  if (snapshot.cell !== seal.cell || snapshot.epoch !== seal.epoch || snapshot.revision !== seal.revision)
    return { outcome: 'refused', problem: 'seal_mismatch' };
  return { outcome: 'opened', snapshot };
}

function sealProblem(
  seal: SnapshotSeal,
  content: Uint8Array,
  cell: string,
  trustedKeys: readonly TrustedKey[],
): SealProblem | undefined {
  if (seal.cell !== cell) return 'other_cell';
  if (seal.totalBytes > MAX_SNAPSHOT_BYTES) return 'too_large';
  if (seal.totalBytes !== content.byteLength) return 'length_mismatch';
  if (createHash('sha256').update(content).digest('hex') !== seal.digest) return 'digest_mismatch';
  const trusted = trustedKeys.find((key) => key.keyId === seal.keyId && key.algorithm === seal.algorithm);
  if (trusted === undefined) return 'unknown_key';
  return verifyStatement(statement(seal), seal, trusted) ? undefined : 'bad_signature';
}

function algorithmOf(key: KeyObject): SignatureAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new TypeError('a signing key is Ed25519 or EC P-256');
}

// One line a field: no field can run into the next.
function statement(seal: Omit<SnapshotSeal, 'signature'>): Buffer {
  return Buffer.from(
    [
      'secrouter-snapshot-v1',
      seal.cell,
      seal.epoch,
      seal.revision,
      seal.totalBytes,
      seal.digest,
      seal.algorithm,
      seal.keyId,
    ].join('\n'),
  );
}

function signStatement(message: Buffer, algorithm: SignatureAlgorithm, key: KeyObject): Buffer {
  return algorithm === 'Ed25519'
    ? sign(null, message, key)
    : sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
}

function verifyStatement(message: Buffer, seal: SnapshotSeal, trusted: TrustedKey): boolean {
  const signature = Buffer.from(seal.signature, 'base64url');
  // One spelling only: what decodes to the same bytes is not the same signature.
  if (signature.toString('base64url') !== seal.signature) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(trusted.publicKey, 'base64url'), type: 'spki', format: 'der' });
    return seal.algorithm === 'Ed25519'
      ? verify(null, message, key, signature)
      : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false; // a key or signature of another shape
  }
}
