// One revision of the history with what it changed: the overrides it moved, and every field of the configuration that
// differs from the revision before it.
import { type OverrideEntry, redactConfig, type Snapshot } from '@secrouter/proto';
import type { ConsoleContext } from '../../context/console-context.ts';
import { findContentBefore, findRevision, type RevisionSummary } from '../../db/config-queries.ts';
import { diffValues, type ValueDifference } from '../../policy/diff-values.ts';

export interface RevisionView extends RevisionSummary {
  readonly overrides: readonly OverrideEntry[];
  readonly warnings: unknown;
  readonly difference: readonly ValueDifference[];
  readonly revocations: Snapshot['revocations'];
}

/** Reads a revision; undefined where there is none. */
export async function readRevision(context: ConsoleContext, revision: number): Promise<RevisionView | undefined> {
  const { prisma, config } = context;
  const row = await findRevision(prisma, config.cell, revision);
  if (row === undefined) return undefined;
  const { content, ...summary } = row;
  const before = await findContentBefore(prisma, config.cell, revision);
  const snapshot = decode(content);
  const difference = diffValues(
    before === undefined ? {} : redactConfig(decode(before).config),
    redactConfig(snapshot.config),
  );
  return { ...summary, difference, revocations: snapshot.revocations };
}

// From our own table, where only `publish` writes.
function decode(content: Uint8Array): Snapshot {
  return JSON.parse(new TextDecoder().decode(content)) as Snapshot;
}
