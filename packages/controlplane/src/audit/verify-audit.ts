// Verifies the whole log within one snapshot of the database: leaves, chain, tree, checkpoints, streams, and everything
// that must be derivable from the log.
import {
  type Checkpoint,
  LogVerifier,
  logOrigin,
  merkleRoot,
  type NoteKey,
  readCheckpoint,
  verifyCheckpoint,
} from '@secrouter/proto';
import type { ClientBase, Pool } from 'pg';
import { readAuditHead } from '../db/audit/audit-head.ts';
import { type CheckpointRow, readCheckpoints, readLatestCheckpoint } from '../db/audit/checkpoints.ts';
import { readLeaves } from '../db/audit/read-leaves.ts';
import { readOverrides } from '../db/audit/read-overrides.ts';
import { withReadSnapshot } from '../db/audit/read-snapshot.ts';
import { findDifferingRollups } from '../db/ledger/compare-rollups.ts';
import { countLedgerRows, findUnloggedRows } from '../db/ledger/read-ledger-rows.ts';
import { readAllPodStreams } from '../db/ledger/read-pod-streams.ts';
import { OverrideFold } from './fold-overrides.ts';
import { MAX_PROBLEMS, ProblemList } from './problem-list.ts';
import { type ReadLeaf, verifyPage } from './verify-page.ts';
import { LeafSequences } from './verify-streams.ts';

const PAGE_LEAVES = 2_000;

export interface VerifyOptions {
  readonly pool: Pool;
  readonly cell: string;
  /** The log's public key under the log's name. */
  readonly key: NoteKey;
  /** Checkpoints from outside the database, in the order in which they were exported. */
  readonly exportedNotes?: readonly string[];
}

export interface AuditVerification {
  readonly ok: boolean;
  /** Leaves read. */
  readonly checked: number;
  readonly size: number;
  /** Root of what was read, base64. */
  readonly root: string;
  readonly checkpoint: CheckpointSummary | null;
  readonly problems: ProblemList['all'];
}

export interface CheckpointSummary {
  readonly size: number;
  readonly root: string;
  readonly signedAt: string;
  readonly exportedAt: string | null;
  readonly exportedTo: string | null;
}

/** Reads and verifies everything; changes nothing. */
export async function verifyAudit(options: VerifyOptions): Promise<AuditVerification> {
  return withReadSnapshot(options.pool, (client) => verifyWithin(client, options));
}

async function verifyWithin(client: ClientBase, options: VerifyOptions): Promise<AuditVerification> {
  const { cell, key, exportedNotes = [] } = options;
  const problems = new ProblemList();
  const exported = judgeExported(exportedNotes, key, problems);
  const walk = await walkLog(client, cell, { key, exported, problems });
  await compareHead(client, cell, walk.verifier, problems);
  for (const checkpoint of exported) reportMissingTail(checkpoint, walk.verifier, problems);
  walk.sequences.compare(await readAllPodStreams(client, cell), problems.add);
  await compareDerived(client, cell, walk, problems);
  const latest = await readLatestCheckpoint(client, cell);
  return {
    ok: problems.all.length === 0,
    checked: walk.checked,
    size: walk.verifier.tree.size,
    root: merkleRoot(walk.verifier.tree).toString('base64'),
    checkpoint: latest === undefined ? null : summarise(latest),
    problems: problems.all,
  };
}

interface Walk {
  readonly verifier: LogVerifier;
  readonly sequences: LeafSequences;
  readonly overrides: OverrideFold;
  readonly checked: number;
  readonly usageLeaves: number;
}

async function walkLog(
  client: ClientBase,
  cell: string,
  expected: { readonly key: NoteKey; readonly exported: readonly Checkpoint[]; readonly problems: ProblemList },
): Promise<Walk> {
  const { problems } = expected;
  const verifier = new LogVerifier(logOrigin(cell), problems.add);
  const sequences = new LeafSequences();
  const overrides = new OverrideFold();
  const outside = new Map(expected.exported.map((checkpoint) => [checkpoint.size, checkpoint]));
  let checked = 0;
  let usageLeaves = 0;
  let from = 0;
  for (;;) {
    const rows = await readLeaves(client, cell, from, PAGE_LEAVES);
    const checkpoints = await checkpointsOfPage(client, cell, verifier.tree.size, rows.length === 0, expected);
    if (rows.length === 0) break;
    const page: ReadLeaf[] = [];
    for (const row of rows) {
      const leaf = verifier.add(row);
      if (leaf !== undefined) page.push({ row, leaf });
      const { size } = verifier.tree;
      for (const checkpoint of [checkpoints.get(size), outside.get(size)]) {
        if (checkpoint !== undefined) verifier.checkRoot(checkpoint);
      }
      outside.delete(size);
    }
    checked += rows.length;
    usageLeaves += page.filter(({ leaf }) => leaf.type === 'usage').length;
    const leaves = page.map(({ leaf }) => leaf);
    sequences.add(leaves);
    for (const leaf of leaves) overrides.add(leaf);
    await verifyPage(client, cell, page, problems.add);
    from = (rows.at(-1)?.index ?? from) + 1;
  }
  return { verifier, sequences, overrides, checked, usageLeaves };
}

/** Signed checkpoints that fall into the next page; past the end, each one left speaks of a tail that is gone. */
async function checkpointsOfPage(
  client: ClientBase,
  cell: string,
  after: number,
  isPastEnd: boolean,
  { key, problems }: { readonly key: NoteKey; readonly problems: ProblemList },
): Promise<ReadonlyMap<number, Checkpoint>> {
  const rows = await readCheckpoints(client, cell, after, isPastEnd ? 1 : PAGE_LEAVES);
  const checkpoints = new Map<number, Checkpoint>();
  for (const row of rows) {
    if (!isPastEnd && row.size > after + PAGE_LEAVES) break;
    const checkpoint = verifyCheckpoint(row.note, key);
    const isRow = checkpoint?.size === row.size && checkpoint.root.equals(row.root);
    if (checkpoint === undefined || !isRow) problems.add(forged(row.size));
    else if (isPastEnd) problems.add(missingTail(checkpoint.size, after));
    else checkpoints.set(row.size, checkpoint);
  }
  return checkpoints;
}

function judgeExported(notes: readonly string[], key: NoteKey, problems: ProblemList): Checkpoint[] {
  const judged: Checkpoint[] = [];
  for (const note of notes) {
    const checkpoint = verifyCheckpoint(note, key);
    const before = judged.at(-1);
    if (checkpoint === undefined) problems.add(forged(readCheckpoint(note)?.size ?? null));
    else if (before !== undefined && checkpoint.size < before.size) {
      const message = `an exported checkpoint of ${checkpoint.size} leaves follows one of ${before.size}`;
      problems.add({ kind: 'checkpoint_replayed', index: checkpoint.size - 1, eventId: null, message });
    } else judged.push(checkpoint);
  }
  return judged;
}

function reportMissingTail(checkpoint: Checkpoint, verifier: LogVerifier, problems: ProblemList): void {
  if (checkpoint.size > verifier.tree.size) problems.add(missingTail(checkpoint.size, verifier.tree.size));
}

async function compareHead(
  client: ClientBase,
  cell: string,
  verifier: LogVerifier,
  problems: ProblemList,
): Promise<void> {
  const head = await readAuditHead(client, cell);
  const { tree, lastHash } = verifier;
  if (head === undefined && tree.size === 0) return;
  const isSame =
    head !== undefined &&
    head.tree.size === tree.size &&
    Buffer.concat(head.tree.edge).equals(Buffer.concat(tree.edge)) &&
    (head.lastHash?.toString('hex') ?? '') === (lastHash?.toString('hex') ?? '');
  if (isSame) return;
  const message = `the head speaks of ${head?.tree.size ?? 0} leaves, the log holds ${tree.size}, or their hashes differ`;
  problems.add({ kind: 'head_differs', index: null, eventId: null, message });
}

async function compareDerived(client: ClientBase, cell: string, walk: Walk, problems: ProblemList): Promise<void> {
  if ((await countLedgerRows(client, cell)) !== walk.usageLeaves) {
    for (const eventId of await findUnloggedRows(client, cell, MAX_PROBLEMS)) {
      problems.add({ kind: 'ledger_row_unlogged', index: null, eventId, message: `row ${eventId} has no leaf` });
    }
  }
  for (const { bucket, principal, model } of await findDifferingRollups(client, cell, MAX_PROBLEMS)) {
    const message = `the roll-up of ${principal}, ${model}, ${bucket} is not the sum of its rows`;
    problems.add({ kind: 'rollup_differs', index: null, eventId: null, message });
  }
  for (const name of walk.overrides.differences(await readOverrides(client, cell))) {
    const message = `override ${name} is not what the log says was written`;
    problems.add({ kind: 'override_differs', index: null, eventId: null, message });
  }
}

function forged(size: number | null) {
  const message = `the checkpoint of ${size ?? 'unknown'} leaves is not signed by the log's key`;
  return { kind: 'checkpoint_forged', index: size === null ? null : size - 1, eventId: null, message } as const;
}

function missingTail(signed: number, found: number) {
  const message = `${signed} leaves were signed, ${found} are there: the tail is missing`;
  return { kind: 'tail_missing', index: found, eventId: null, message } as const;
}

function summarise(row: CheckpointRow): CheckpointSummary {
  const { size, signedAt, exportedAt, exportedTo } = row;
  return { size, root: row.root.toString('base64'), signedAt, exportedAt, exportedTo };
}
