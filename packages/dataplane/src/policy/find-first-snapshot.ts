// Where a starting pod finds a policy while the control plane may be down: on its own disk, before it looks into the
// mirror in Redis. Whatever is found is verified like one from the wire.
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
