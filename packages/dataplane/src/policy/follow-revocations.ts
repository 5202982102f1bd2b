// The second way of a revocation: the policy server's push may not reach this pod, so it also hears of changes through
// Redis. The channel's message is the hint, the mirror's signed snapshot is the truth.
import { decodeSealed, isNewer, type RedisKeys, type SealedSnapshot, type SnapshotPosition } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { ApplyOutcome } from './apply-snapshot.ts';

/** A message that was lost on its way costs this long; a revocation has 5 s to end what runs. */
export const MIRROR_CHECK_MS = 1_000;
/** The mirror begins with its seal, so that its position is known without reading up to 64 MiB. */
const LONGEST_SEAL_BYTES = 2_048;

export interface FollowOptions {
  /** Listens and does nothing else: a connection that subscribes cannot read. */
  readonly subscriber: Redis;
  /** Reads the mirror. */
  readonly reader: Redis;
  readonly keys: RedisKeys;
  readonly appliedPosition: () => SnapshotPosition | undefined;
  readonly apply: (sealed: SealedSnapshot) => ApplyOutcome;
  readonly log: Logger;
}

/** Follows the mirror from now on, over every reconnection; the returned function ends that and the subscription. */
export function followRevocations(options: FollowOptions): () => void {
  const { subscriber, reader, keys, log } = options;
  let refused: SnapshotPosition | undefined;
  let isChecking = false;
  let isWanted = false;
  // One at a time; what is announced meanwhile is looked at afterwards.
  const check = async () => {
    isWanted = true;
    if (isChecking) return;
    isChecking = true;
    while (isWanted) {
      isWanted = false;
      refused = await applyNewer(options, refused).catch(() => refused); // Redis is away: its listener has said so
    }
    isChecking = false;
  };
  // First the subscription, then the look: what is published between them is seen by one of the two.
  const subscribe = () => {
    subscriber
      .subscribe(keys.revocationChannel)
      .catch((error: Error) => log.warn({ reason: error.message.slice(0, 120) }, 'revocations cannot be subscribed to'))
      .finally(() => void check());
  };
  const onReaderReady = () => void check();
  subscriber.on('ready', subscribe);
  subscriber.on('message', () => void check());
  reader.on('ready', onReaderReady);
  void check();
  const timer = setInterval(() => void check(), MIRROR_CHECK_MS);
  return () => {
    clearInterval(timer);
    reader.off('ready', onReaderReady);
    subscriber.disconnect();
  };
}

// Gives back the position that was refused, so that it is neither read nor complained of again.
async function applyNewer(
  { reader, keys, appliedPosition, apply, log }: FollowOptions,
  refused: SnapshotPosition | undefined,
): Promise<SnapshotPosition | undefined> {
  const position = decodeSealed(await reader.getrangeBuffer(keys.snapshotMirror, 0, LONGEST_SEAL_BYTES - 1))?.seal;
  if (position === undefined || !isAbove(position, appliedPosition()) || !isAbove(position, refused)) return refused;
  const bytes = await reader.getBuffer(keys.snapshotMirror);
  const sealed = bytes === null ? undefined : decodeSealed(bytes);
  if (sealed === undefined) return refused;
  const { revision } = sealed.seal;
  const outcome = apply(sealed);
  if (outcome.outcome === 'applied') log.info({ revision }, 'snapshot taken from the mirror');
  if (outcome.outcome !== 'refused' || outcome.reason === 'older') return refused;
  log.warn({ revision, reason: outcome.reason }, 'snapshot of the mirror refused');
  return sealed.seal;
}

function isAbove(position: SnapshotPosition, other: SnapshotPosition | undefined): boolean {
  return other === undefined || isNewer(position, other);
}
