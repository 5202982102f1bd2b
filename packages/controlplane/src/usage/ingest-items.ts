// One transaction from events to books: ledger rows, their roll-ups, their leaves, the streams' positions. Everything is
// keyed by event id, so that repeats, reorderings and half-done predecessors change nothing.
import { auditLeafContent, type UsageEvent, usageLeafContent } from '@secrouter/proto';
import type { ClientBase, Pool } from 'pg';
import { type PlacedContent, sequenceLeaves } from '../audit/sequence-leaves.ts';
import { StreamLedger } from '../audit/stream-ledger.ts';
import { lockAuditHead } from '../db/audit/audit-head.ts';
import { findKnownLeaves, leafKey } from '../db/audit/audit-leaves.ts';
import { addRollups } from '../db/ledger/add-rollups.ts';
import { type DeadLetter, insertDeadLetters } from '../db/ledger/dead-letters.ts';
import { findOrphanedRows } from '../db/ledger/find-orphaned-rows.ts';
import { insertUsageEvents } from '../db/ledger/insert-usage-events.ts';
import { readPodStreams, writePodStreams } from '../db/ledger/pod-streams.ts';
import { withTransaction } from '../db/transaction.ts';
import { lateCloseAdjustment } from './late-close.ts';
import type { IngestItem } from './parse-batch.ts';
import { sumRollups } from './sum-rollups.ts';

/** Boundaries between the steps of one ingest, for the tests that break it at each of them. */
export const INGEST_STEPS = ['locked', 'rows', 'adjustments', 'leaves', 'rollups', 'streams', 'committed'] as const;
export type IngestStep = (typeof INGEST_STEPS)[number];

/** Called after each step; throwing undoes what is not committed. */
export type AfterStep = (step: IngestStep) => void | Promise<void>;

export interface IngestReport {
  readonly rows: number;
  readonly leaves: number;
  /** Events that were in the books already. */
  readonly duplicates: number;
}

/** Records events and dead letters in one transaction. */
export async function ingestItems(
  pool: Pool,
  cell: string,
  items: readonly IngestItem[],
  rejected: readonly DeadLetter[] = [],
  afterStep: AfterStep = () => undefined,
): Promise<IngestReport> {
  const report = await withTransaction(pool, async (client) => {
    const head = await lockAuditHead(client, cell);
    await afterStep('locked');
    const streams = await openStreams(client, cell, items, rejected);
    const usage = items.flatMap(({ entry }) => (entry.kind === 'usage' ? [entry.event] : []));
    const inserted = await insertUsageEvents(client, usage);
    await afterStep('rows');
    const adjustments = await adjustLateCloses(client, usage, inserted);
    await afterStep('adjustments');
    const selected = await selectNew(client, items, inserted, adjustments, streams);
    await sequenceLeaves(client, cell, head, selected.leaves);
    await afterStep('leaves');
    await addRollups(client, cell, sumRollups(selected.rows));
    await afterStep('rollups');
    await insertDeadLetters(client, cell, rejected);
    for (const { podId, podStream, sequence } of rejected) {
      if (podId !== null && podStream !== null && sequence !== null) streams.arrived(podId, podStream, sequence);
    }
    await writePodStreams(client, cell, streams.changes());
    await afterStep('streams');
    return {
      rows: selected.rows.length,
      leaves: selected.leaves.length,
      duplicates: items.length - selected.leaves.length,
    };
  });
  await afterStep('committed');
  return report;
}

async function openStreams(
  client: ClientBase,
  cell: string,
  items: readonly IngestItem[],
  rejected: readonly DeadLetter[],
): Promise<StreamLedger> {
  const ids = new Set(items.map((item) => item.podStream));
  for (const { podStream } of rejected) if (podStream !== null) ids.add(podStream);
  return new StreamLedger(await readPodStreams(client, cell, [...ids]));
}

/** Adjustments for closes whose row the reaper had written, by the id of that row. */
async function adjustLateCloses(
  client: ClientBase,
  usage: readonly UsageEvent[],
  inserted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, UsageEvent>> {
  const late = usage.filter((event) => event.kind === 'usage' && event.outcome !== 'orphaned');
  const orphaned = await findOrphanedRows(client, suspects(late, usage, inserted));
  const adjustments = new Map<string, UsageEvent>();
  for (const event of late) {
    const charged = orphaned.get(event.eventId);
    if (charged !== undefined && !adjustments.has(event.eventId)) {
      adjustments.set(event.eventId, lateCloseAdjustment(event, charged));
    }
  }
  const kept = await insertUsageEvents(client, [...adjustments.values()]);
  for (const [eventId, adjustment] of adjustments) if (!kept.has(adjustment.eventId)) adjustments.delete(eventId);
  return adjustments;
}

// A close was not inserted when its row was there, and also when the orphan of the same id came in this very batch.
function suspects(late: readonly UsageEvent[], usage: readonly UsageEvent[], inserted: ReadonlySet<string>): string[] {
  const orphans = new Set(usage.filter((event) => event.outcome === 'orphaned').map((event) => event.eventId));
  const ids = late.map((event) => event.eventId);
  return ids.filter((eventId) => !inserted.has(eventId) || orphans.has(eventId));
}

interface Selected {
  readonly rows: readonly UsageEvent[];
  readonly leaves: readonly PlacedContent[];
}

/** What is new, in the order of arrival: the rows that were inserted with their leaves, and the leaves of audit events. */
async function selectNew(
  client: ClientBase,
  items: readonly IngestItem[],
  inserted: ReadonlySet<string>,
  adjustments: ReadonlyMap<string, UsageEvent>,
  streams: StreamLedger,
): Promise<Selected> {
  const audits = items.flatMap(({ entry }) => (entry.kind === 'audit' ? [entry.event] : []));
  const taken = await findKnownLeaves(client, audits);
  const rows: UsageEvent[] = [];
  const leaves: PlacedContent[] = [];
  for (const item of items) {
    const { podId, podStream, entry } = item;
    const podSequence = item.sequence ?? streams.next(podId, podStream);
    streams.arrived(podId, podStream, podSequence);
    const source = { podId, podStream, podSequence };
    if (entry.kind === 'audit') {
      const key = leafKey(entry.event.eventId, entry.event.type);
      if (!taken.has(key)) leaves.push({ content: auditLeafContent(entry.event), source });
      taken.add(key);
      continue;
    }
    for (const event of newRows(entry.event, inserted, adjustments)) {
      const key = leafKey(event.eventId, 'usage');
      if (taken.has(key)) continue;
      taken.add(key);
      rows.push(event);
      leaves.push({ content: usageLeafContent(event, entry.sourceIp), source });
    }
  }
  return { rows, leaves };
}

function newRows(
  event: UsageEvent,
  inserted: ReadonlySet<string>,
  adjustments: ReadonlyMap<string, UsageEvent>,
): readonly UsageEvent[] {
  const adjustment = event.outcome === 'orphaned' ? undefined : adjustments.get(event.eventId);
  if (adjustment !== undefined) return [adjustment];
  return inserted.has(event.eventId) ? [event] : [];
}
