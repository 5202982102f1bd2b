// All numbered streams of a cell, for the verifier and for readers that wait.
import type { ClientBase, Pool } from 'pg';
import { parseRanges, type SequenceRanges } from './sequence-ranges.ts';

export interface PodStreamRow {
  readonly podStream: string;
  readonly podId: string;
  readonly applied: number;
  readonly received: SequenceRanges;
  /** Milliseconds since a hole opened at the beginning of what is missing; null without one. */
  readonly holeAgeMs: number | null;
}

/** Every stream of the cell. */
export async function readAllPodStreams(client: ClientBase, cell: string): Promise<PodStreamRow[]> {
  const { rows } = await client.query<{
    pod_stream: string;
    pod_id: string;
    applied: string;
    received: string;
    hole_age_ms: string | null;
  }>(
    `SELECT pod_stream, pod_id, applied, received::text AS received,
            extract(epoch FROM clock_timestamp() - hole_since) * 1000 AS hole_age_ms
       FROM pod_streams WHERE cell = $1`,
    [cell],
  );
  return rows.map((row) => ({
    podStream: row.pod_stream,
    podId: row.pod_id,
    applied: Number(row.applied),
    received: parseRanges(row.received),
    holeAgeMs: row.hole_age_ms === null ? null : Number(row.hole_age_ms),
  }));
}

/** How far these streams have been applied. */
export async function readAppliedPositions(
  db: ClientBase | Pool,
  cell: string,
  podStreams: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ pod_stream: string; applied: string }>(
    'SELECT pod_stream, applied FROM pod_streams WHERE cell = $1 AND pod_stream = ANY($2::uuid[])',
    [cell, podStreams],
  );
  return new Map(rows.map((row) => [row.pod_stream, Number(row.applied)]));
}
