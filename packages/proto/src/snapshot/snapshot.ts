// A policy snapshot: everything that a pod knows about policy, as one value in the order (epoch, revision).
import type { EffectiveConfig } from '../config/config-types.ts';

export const SNAPSHOT_VERSION = 1;

/** A snapshot is at most this large; counted before anything is allocated. */
export const MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;
/** Payload of one chunk; with its envelope below the 4 MiB that a gRPC message may have. */
export const SNAPSHOT_CHUNK_BYTES = 1024 * 1024;
export const MAX_GRPC_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface SnapshotPosition {
  readonly epoch: number;
  readonly revision: number;
}

export interface Revocation {
  readonly id: string;
  readonly kind: 'principal' | 'token' | 'client';
  readonly value: string;
}

export interface Snapshot extends SnapshotPosition {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly cell: string;
  readonly createdAt: string;
  readonly config: EffectiveConfig;
  readonly revocations: readonly Revocation[];
}

export type SignatureAlgorithm = 'Ed25519' | 'ES256';

/** What is signed beside the bytes: no byte of the content can be moved to another cell, epoch or revision. */
export interface SnapshotSeal extends SnapshotPosition {
  readonly cell: string;
  readonly totalBytes: number;
  /** SHA-256 of the content, lower-case hex. */
  readonly digest: string;
  readonly algorithm: SignatureAlgorithm;
  /** First 16 hex digits of the SHA-256 of the public key's SPKI DER. */
  readonly keyId: string;
  /** base64url. */
  readonly signature: string;
}

/** A snapshot as it lies on a disk, in a mirror or on the wire. */
export interface SealedSnapshot {
  readonly seal: SnapshotSeal;
  readonly content: Uint8Array;
}

/** A key that pods trust. Several overlap while keys rotate. */
export interface TrustedKey {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  /** SPKI DER, base64url. */
  readonly publicKey: string;
}

/** True when `a` is newer than `b`. */
export function isNewer(a: SnapshotPosition, b: SnapshotPosition): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.revision > b.revision);
}
