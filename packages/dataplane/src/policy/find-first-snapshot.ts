// Where a starting pod finds a policy while the control plane may be down: its own disk first, then the mirror in
// Redis. Whatever is found is verified like one from the wire.
import { decodeSealed, type RedisKeys } from '@secrouter/proto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { PolicyHolder } from './apply-snapshot.ts';
import type { LastKnownGood } from './last-known-good.ts';

/** Applies the newest usable snapshot of the disk. */
export async function applyFromDisk(holder: PolicyHolder, disk: LastKnownGood, log: Logger): Promise<boolean> {
  for (const sealed of await disk.load()) {
    const outcome = holder.apply(sealed);
    if (outcome.outcome === 'applied') {
      log.info({ revision: sealed.seal.revision }, 'snapshot applied from disk');
      return true;
    }
    if (outcome.outcome === 'refused')
      log.warn({ revision: sealed.seal.revision, reason: outcome.reason }, 'snapshot on disk refused');
  }
  return false;
}

/** Applies the mirror's snapshot where it is newer than what is in force. */
export async function applyFromMirror(
  holder: PolicyHolder,
  redis: Redis,
  keys: RedisKeys,
  log: Logger,
): Promise<boolean> {
  try {
    const bytes = await redis.getBuffer(keys.snapshotMirror);
    const sealed = bytes === null ? undefined : decodeSealed(bytes);
    if (sealed === undefined) return false;
    const outcome = holder.apply(sealed);
    if (outcome.outcome === 'applied') log.info({ revision: sealed.seal.revision }, 'snapshot applied from the mirror');
    if (outcome.outcome === 'refused' && outcome.reason !== 'older')
      log.warn({ revision: sealed.seal.revision, reason: outcome.reason }, 'snapshot of the mirror refused');
    return outcome.outcome === 'applied';
  } catch {
    return false; // Redis is down too; the connection's listener has said so
  }
}
