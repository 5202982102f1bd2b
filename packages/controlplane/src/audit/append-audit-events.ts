// Appends the control plane's own events within the transaction that they belong to: a change of the configuration and
// its leaves are written both or neither.
import { type AuditEvent, auditLeafContent } from '@secrouter/proto';
import type { PoolClient } from 'pg';
import { lockAuditHead } from '../db/audit/audit-head.ts';
import { readPodStreams, writePodStreams } from '../db/ledger/pod-streams.ts';
import { sequenceLeaves } from './sequence-leaves.ts';
import { StreamLedger } from './stream-ledger.ts';

/**
 * Appends events to the cell's log. Each gets the next number of its `podStream` here, so that the numbers have no gap
 * even when a transaction is rolled back. Holds the log's head until the transaction ends: call it last.
 */
export async function appendAuditEvents(
  client: PoolClient,
  cell: string,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const head = await lockAuditHead(client, cell);
  const streamIds = [...new Set(events.map((event) => event.podStream))];
  const streams = new StreamLedger(await readPodStreams(client, cell, streamIds));
  const placed = events.map((event) => {
    const { podId, podStream } = event;
    return {
      content: auditLeafContent(event),
      source: { podId, podStream, podSequence: streams.next(podId, podStream) },
    };
  });
  await sequenceLeaves(client, cell, head, placed);
  await writePodStreams(client, cell, streams.changes());
}
