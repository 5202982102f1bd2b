// Snapshots on the wire: header first (total and digest before anything is allocated), then chunks in order.
import type { SnapshotHeader, SnapshotHeader__Output } from '../rpc/policy-service-types.ts';
import { MAX_SNAPSHOT_BYTES, type SealedSnapshot, SNAPSHOT_CHUNK_BYTES, type SnapshotSeal } from './snapshot.ts';

/** The header message of a sealed snapshot. */
export function toSnapshotHeader({ seal }: SealedSnapshot): SnapshotHeader {
  return {
    cell: seal.cell,
    position: { epoch: String(seal.epoch), revision: String(seal.revision) },
    totalBytes: String(seal.totalBytes),
    digest: seal.digest,
    algorithm: seal.algorithm,
    keyId: seal.keyId,
    signature: seal.signature,
    chunks: Math.ceil(seal.totalBytes / SNAPSHOT_CHUNK_BYTES),
  };
}

/** The content in pieces of at most `SNAPSHOT_CHUNK_BYTES`. */
export function* snapshotChunks({
  content,
}: SealedSnapshot): Generator<{ readonly index: number; readonly data: Buffer }> {
  for (let index = 0; index * SNAPSHOT_CHUNK_BYTES < content.byteLength; index += 1) {
    const start = index * SNAPSHOT_CHUNK_BYTES;
    const end = Math.min(start + SNAPSHOT_CHUNK_BYTES, content.byteLength);
    yield { index, data: Buffer.from(content.buffer, content.byteOffset + start, end - start) };
  }
}

/** Reads a header. Unsafe numbers and unknown algorithms yield undefined. */
export function fromSnapshotHeader(header: SnapshotHeader__Output): SnapshotSeal | undefined {
  const epoch = Number(header.position?.epoch);
  const revision = Number(header.position?.revision);
  const totalBytes = Number(header.totalBytes);
  if (![epoch, revision, totalBytes].every(Number.isSafeInteger)) return undefined;
  if (header.algorithm !== 'Ed25519' && header.algorithm !== 'ES256') return undefined;
  const { cell, digest, algorithm, keyId, signature } = header;
  return { cell, epoch, revision, totalBytes, digest, algorithm, keyId, signature };
}

/** Puts one announced snapshot together. Refuses what is above the bound before allocating anything. */
export class SnapshotAssembly {
  readonly seal: SnapshotSeal;
  readonly #content: Uint8Array;
  #received = 0;
  #nextIndex = 0;

  private constructor(seal: SnapshotSeal) {
    this.seal = seal;
    this.#content = new Uint8Array(seal.totalBytes);
  }

  /** Starts an assembly, or refuses an announced size outside 1..MAX_SNAPSHOT_BYTES. */
  static begin(seal: SnapshotSeal): SnapshotAssembly | 'too_large' {
    return seal.totalBytes > 0 && seal.totalBytes <= MAX_SNAPSHOT_BYTES ? new SnapshotAssembly(seal) : 'too_large';
  }

  /** Adds the next chunk: `more`, `complete`, or `out_of_order` when it does not fit what was announced. */
  add(index: number, data: Uint8Array): 'more' | 'complete' | 'out_of_order' {
    if (index !== this.#nextIndex || this.#received + data.byteLength > this.seal.totalBytes) return 'out_of_order';
    this.#content.set(data, this.#received);
    this.#received += data.byteLength;
    this.#nextIndex += 1;
    return this.#received === this.seal.totalBytes ? 'complete' : 'more';
  }

  /** The assembled snapshot; call it once complete. */
  sealed(): SealedSnapshot {
    return { seal: this.seal, content: this.#content };
  }
}
