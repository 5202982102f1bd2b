// Reading queries of the configuration's history, the fleet and revocations. Maps Prisma's rows to plain values here.
import type { OverrideEntry } from '@secrouter/proto';
import type { OverrideDifference } from '../policy/config-state.ts';
import type { PrismaClient } from './create-prisma.ts';
import { LIVE_WITHIN_SECONDS, type PodReport } from './fleet-store.ts';

/** One row of the history. */
export interface RevisionSummary {
  readonly revision: number;
  readonly epoch: number;
  readonly kind: string;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly digest: string;
  readonly keyId: string;
  readonly baselineDigest: string;
  readonly changes: readonly OverrideDifference[];
}

export interface RevisionRow extends RevisionSummary {
  readonly overrides: readonly OverrideEntry[];
  readonly warnings: unknown;
  readonly content: Uint8Array;
}

const SUMMARY = {
  revision: true,
  epoch: true,
  kind: true,
  author: true,
  reason: true,
  createdAt: true,
  digest: true,
  keyId: true,
  baselineDigest: true,
  changes: true,
} as const;

/** Revisions below `before`, the newest first. */
export async function listRevisions(
  prisma: PrismaClient,
  cell: string,
  limit: number,
  before?: number,
): Promise<RevisionSummary[]> {
  const rows = await prisma.configRevision.findMany({
    where: { cell, ...(before === undefined ? {} : { revision: { lt: before } }) },
    orderBy: { revision: 'desc' },
    take: limit,
    select: SUMMARY,
  });
  return rows.map(toSummary);
}

/** One revision; undefined where there is none. */
export async function findRevision(
  prisma: PrismaClient,
  cell: string,
  revision: number,
): Promise<RevisionRow | undefined> {
  const row = await prisma.configRevision.findUnique({
    where: { cell_revision: { cell, revision } },
    select: { ...SUMMARY, overrides: true, warnings: true, content: true },
  });
  if (row === null) return undefined;
  // Written by `publish` alone.
  const overrides = row.overrides as unknown as OverrideEntry[];
  return { ...toSummary(row), overrides, warnings: row.warnings, content: row.content };
}

/** The snapshot bytes of the revision before this one; undefined for the first. */
export async function findContentBefore(
  prisma: PrismaClient,
  cell: string,
  revision: number,
): Promise<Uint8Array | undefined> {
  const row = await prisma.configRevision.findFirst({
    where: { cell, revision: { lt: revision } },
    orderBy: { revision: 'desc' },
    select: { content: true },
  });
  return row?.content;
}

/** An override in force, with who wrote it. */
export interface OverrideInForce {
  readonly scope: string;
  readonly name: string;
  readonly value: unknown;
  readonly author: string;
  readonly reason: string;
  readonly revision: number;
  readonly updatedAt: string;
}

export async function listOverrides(prisma: PrismaClient, cell: string): Promise<OverrideInForce[]> {
  const rows = await prisma.configOverride.findMany({ where: { cell }, orderBy: [{ scope: 'asc' }, { name: 'asc' }] });
  return rows.map(({ scope, name, value, author, reason, revision, updatedAt }) => ({
    scope,
    name,
    value,
    author,
    reason,
    revision: Number(revision),
    updatedAt: updatedAt.toISOString(),
  }));
}

/** A pod as the fleet page shows it. */
export interface FleetPod {
  readonly podId: string;
  readonly version: string;
  readonly address: string;
  readonly state: string;
  /** Connected, and its server vouched for it within the last seconds. */
  readonly isLive: boolean;
  readonly since: string;
  readonly lastSeenAt: string;
  readonly applied: AppliedRevision | null;
  readonly refused: RefusedRevision | null;
  readonly report: Partial<PodReport>;
}

export interface AppliedRevision {
  readonly epoch: number;
  readonly revision: number;
  /** Absent when it was applied before the pod connected to this control plane. */
  readonly at: string | null;
  readonly applyMs: number | null;
}

export interface RefusedRevision {
  readonly epoch: number;
  readonly revision: number;
  readonly reason: string;
  readonly path: string;
  readonly at: string | null;
}

/** Every pod that is not forgotten yet, by name. Liveness is judged by the database's clock. */
export async function listPods(prisma: PrismaClient, cell: string): Promise<FleetPod[]> {
  const [clock] = await prisma.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  const nowMs = (clock?.now ?? new Date()).getTime();
  const rows = await prisma.podStatus.findMany({ where: { cell }, orderBy: { nodeId: 'asc' } });
  return rows.map((row) => ({
    podId: row.nodeId,
    version: row.podVersion,
    address: row.address,
    state: row.state,
    isLive: row.connected && nowMs - row.lastSeenAt.getTime() < LIVE_WITHIN_SECONDS * 1_000,
    since: row.connectedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    applied: toApplied(row),
    refused: toRefused(row),
    report: row.status as Partial<PodReport>,
  }));
}

/** A denial in force or a former one. */
export interface RevocationRow {
  readonly id: string;
  readonly kind: string;
  readonly value: string;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly removedAt: string | null;
  readonly removedBy: string | null;
}

/** The newest revocations first; those in force before the others. */
export async function listRevocations(prisma: PrismaClient, cell: string, limit: number): Promise<RevocationRow[]> {
  const rows = await prisma.revocation.findMany({
    where: { cell },
    orderBy: [{ removedAt: { sort: 'desc', nulls: 'first' } }, { createdAt: 'desc' }],
    take: limit,
  });
  return rows.map(({ id, kind, value, author, reason, createdAt, removedAt, removedBy }) => ({
    id,
    kind,
    value,
    author,
    reason,
    createdAt: createdAt.toISOString(),
    removedAt: removedAt?.toISOString() ?? null,
    removedBy,
  }));
}

interface SummaryRow {
  readonly revision: bigint;
  readonly epoch: bigint;
  readonly kind: string;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: Date;
  readonly digest: string;
  readonly keyId: string;
  readonly baselineDigest: string;
  readonly changes: unknown;
}

function toSummary(row: SummaryRow): RevisionSummary {
  const { kind, author, reason, digest, keyId, baselineDigest } = row;
  return {
    revision: Number(row.revision),
    epoch: Number(row.epoch),
    kind,
    author,
    reason,
    createdAt: row.createdAt.toISOString(),
    digest,
    keyId,
    baselineDigest,
    changes: row.changes as OverrideDifference[], // written by `publish` alone
  };
}

interface PositionsRow {
  readonly appliedEpoch: bigint | null;
  readonly appliedRevision: bigint | null;
  readonly appliedAt: Date | null;
  readonly applyMs: bigint | null;
  readonly refusedEpoch: bigint | null;
  readonly refusedRevision: bigint | null;
  readonly refusedReason: string | null;
  readonly refusedPath: string | null;
  readonly refusedAt: Date | null;
}

function toApplied(row: PositionsRow): AppliedRevision | null {
  if (row.appliedEpoch === null || row.appliedRevision === null) return null;
  return {
    epoch: Number(row.appliedEpoch),
    revision: Number(row.appliedRevision),
    at: row.appliedAt?.toISOString() ?? null,
    applyMs: row.applyMs === null ? null : Number(row.applyMs),
  };
}

function toRefused(row: PositionsRow): RefusedRevision | null {
  if (row.refusedEpoch === null || row.refusedRevision === null) return null;
  return {
    epoch: Number(row.refusedEpoch),
    revision: Number(row.refusedRevision),
    reason: row.refusedReason ?? '',
    path: row.refusedPath ?? '',
    at: row.refusedAt?.toISOString() ?? null,
  };
}
