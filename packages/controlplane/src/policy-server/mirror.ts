// The mirror in Redis: the newest signed snapshot, so that a pod without a disk starts while the control plane is down,
// and the revoked things, so that a revocation also travels past a broken stream.
import { readFileSync } from 'node:fs';
import {
  decodeSealed,
  encodeSealed,
  openSnapshot,
  type RedisKeys,
  type SealedSnapshot,
  type Snapshot,
  type TrustedKey,
} from '@secrouter/proto';
import type { Redis } from 'ioredis';

const SNAPSHOT_SCRIPT = readScript('mirrorSnapshot-1.lua');
const REVOCATIONS_SCRIPT = readScript('mirrorRevocations-1.lua');

export interface MirrorDependencies {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly cell: string;
  readonly trustedKeys: readonly TrustedKey[];
}

/** Brings Redis up to a snapshot; an older snapshot never overwrites a newer one. */
export async function mirrorSnapshot(deps: MirrorDependencies, sealed: SealedSnapshot): Promise<void> {
  const { redis, keys } = deps;
  const { epoch, revision } = sealed.seal;
  const written = await redis.eval(
    SNAPSHOT_SCRIPT,
    1,
    keys.snapshotMirror,
    String(epoch),
    String(revision),
    encodeSealed(sealed),
  );
  if (written === 1) await mirrorRevocations(deps, sealed);
}

/** True when Redis holds this very position or a newer one. */
export async function isMirrored(deps: MirrorDependencies, sealed: SealedSnapshot): Promise<boolean> {
  const first = await deps.redis.getrangeBuffer(deps.keys.snapshotMirror, 0, LONGEST_SEAL_BYTES - 1);
  const seal = decodeSealed(first)?.seal;
  if (seal === undefined) return false;
  return seal.epoch > sealed.seal.epoch || (seal.epoch === sealed.seal.epoch && seal.revision >= sealed.seal.revision);
}

/** The mirror's snapshot, when there is one and a key of ours signed it. */
export async function readMirror(deps: MirrorDependencies): Promise<SealedSnapshot | undefined> {
  const bytes = await deps.redis.getBuffer(deps.keys.snapshotMirror);
  const sealed = bytes === null ? undefined : decodeSealed(bytes);
  if (sealed === undefined) return undefined;
  return openSnapshot(sealed, deps.cell, deps.trustedKeys).outcome === 'opened' ? sealed : undefined;
}

const LONGEST_SEAL_BYTES = 2_048;

async function mirrorRevocations({ redis, keys }: MirrorDependencies, sealed: SealedSnapshot): Promise<void> {
  // Our own snapshot, signed by us: past the seal its shape is known.
  const { revocations } = JSON.parse(new TextDecoder().decode(sealed.content)) as Snapshot;
  const members = revocations.map(({ kind, value }) => `${kind}:${value}`);
  await redis.eval(REVOCATIONS_SCRIPT, 1, keys.revocations, keys.revocationChannel, ...members);
}

function readScript(name: string): string {
  return readFileSync(new URL(`./scripts/${name}`, import.meta.url), 'utf8');
}
