// Gives events their place in the log: index, link to the leaf before, hash, and the tree grown by them. The caller
// holds the head's lock and writes nothing else into the log.
import {
  type AuditLeaf,
  appendLeafHashes,
  encodeLeaf,
  FIRST_PREV_HASH,
  LEAF_VERSION,
  type LeafContent,
  type LeafSource,
  logOrigin,
} from '@secrouter/proto';
import type { ClientBase } from 'pg';
import { type AuditHead, moveAuditHead } from '../db/audit/audit-head.ts';
import { insertAuditLeaves, type SequencedLeaf } from '../db/audit/audit-leaves.ts';
import { commitSubjects } from '../db/audit/audit-subjects.ts';

/** What happened, and which process said so under which number. */
export interface PlacedContent {
  readonly content: LeafContent;
  readonly source: LeafSource;
}

/** Appends leaves behind `head` and moves it; resolves to the new head. */
export async function sequenceLeaves(
  client: ClientBase,
  cell: string,
  head: AuditHead,
  placed: readonly PlacedContent[],
): Promise<AuditHead> {
  if (placed.length === 0) return head;
  const commitments = await commitSubjects(client, cell, subjectsOf(placed));
  const leaves = chainLeaves(logOrigin(cell), head, placed, commitments);
  await insertAuditLeaves(client, cell, leaves);
  const moved = headAfter(head, leaves);
  await moveAuditHead(client, cell, moved);
  return moved;
}

/** The leaves of these events behind `head`, each linked to the one before. */
export function chainLeaves(
  log: string,
  head: AuditHead,
  placed: readonly PlacedContent[],
  commitments: ReadonlyMap<string, string>,
): SequencedLeaf[] {
  let prevHash = head.lastHash?.toString('hex') ?? FIRST_PREV_HASH;
  return placed.map(({ content, source }, position) => {
    const leaf: AuditLeaf = {
      ...content,
      ...source,
      version: LEAF_VERSION,
      log,
      index: head.tree.size + position,
      prevHash,
      principal: committed(commitments, content.principal),
      actor: committed(commitments, content.actor),
      sourceIp: committed(commitments, content.sourceIp),
    };
    const encoded = encodeLeaf(leaf);
    prevHash = encoded.hash.toString('hex');
    return { leaf, encoded };
  });
}

function headAfter(head: AuditHead, leaves: readonly SequencedLeaf[]): AuditHead {
  const hashes = leaves.map(({ encoded }) => encoded.hash);
  return { tree: appendLeafHashes(head.tree, hashes), lastHash: hashes.at(-1) ?? head.lastHash };
}

function subjectsOf(placed: readonly PlacedContent[]): ReadonlySet<string> {
  const values = placed.flatMap(({ content }) => [content.principal, content.actor, content.sourceIp]);
  return new Set(values.filter((value) => value !== null));
}

function committed(commitments: ReadonlyMap<string, string>, value: string | null): string | null {
  if (value === null) return null;
  const commitment = commitments.get(value);
  if (commitment === undefined) throw new Error('a person of this batch has no commitment');
  return commitment;
}
