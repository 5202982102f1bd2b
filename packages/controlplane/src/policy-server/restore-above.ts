// After a restore from backup: somebody has seen a later revision than our table knows. The next one must be above it, or
// no pod would take it.
import { isNewer, type SnapshotPosition } from '@secrouter/proto';
import type { Logger } from 'pino';
import { readHeadPosition } from '../db/snapshot-store.ts';
import { type PublishDependencies, publish } from '../policy/publish.ts';

/**
 * The furthest that a claim may move the counter. A pod's word is not signed; nobody may use up the numbers with it.
 * Further, or into another epoch, is an operator's decision.
 */
export const MAX_REVISION_LEAP = 1_000_000;

/** Publishes the state in force again above `seen`, when `seen` is ahead of the table. */
export async function restoreAbove(
  publishing: PublishDependencies,
  seen: SnapshotPosition,
  seenAt: string,
  log: Logger,
): Promise<void> {
  try {
    const head = await readHeadPosition(publishing.pool, publishing.cell);
    if (head === undefined || !isNewer(seen, head)) return;
    if (seen.epoch !== head.epoch || seen.revision - head.revision > MAX_REVISION_LEAP) {
      log.error({ seen, seenAt, head }, 'a position far ahead of the table was seen; raise the epoch by hand');
      return;
    }
    log.error({ seen, seenAt, head }, 'a later revision than the table has was seen: publishing above it');
    const change = { kind: 'restore', above: seen.revision, raiseEpoch: false } as const;
    const reason = `revision ${seen.revision} was seen at ${seenAt}; the table had ${head.revision}`;
    const context = { author: 'system:policy-server', reason, sourceIp: null, requestId: null };
    await publish(publishing, change, { ...context, expectedRevision: head.revision });
  } catch (error) {
    log.error({ error, seen, seenAt }, 'a later revision was seen and could not be outnumbered');
  }
}
