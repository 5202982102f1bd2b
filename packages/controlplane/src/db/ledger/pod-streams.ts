// What has arrived of each process' numbered stream. Read and written under the log's head lock.
import type { ClientBase } from 'pg';
import { formatRanges, parseRanges, type SequenceRanges } from './sequence-ranges.ts';

/** Numbers that have arrived, by stream id. */
export async function readPodStreams(
  client: ClientBase,
  cell: string,
  podStreams: readonly string[],
): Promise<Map<string, SequenceRanges>> {
  const { rows } = await client.query<{ pod_stream: string; received: string }>(
    'SELECT pod_stream, received::text AS received FROM pod_streams WHERE cell = $1 AND pod_stream = ANY($2::uuid[])',
    [cell, podStreams],
  );
  return new Map(rows.map((row) => [row.pod_stream, parseRanges(row.received)]));
}

export interface PodStreamState {
  readonly podStream: string;
  readonly podId: string;
  readonly applied: number;
  readonly received: SequenceRanges;
}

/** Writes the streams' new state; remembers since when there is a hole. */
export async function writePodStreams(
  client: ClientBase,
  cell: string,
  streams: readonly PodStreamState[],
): Promise<void> {
  if (streams.length === 0) return;
  await client.query(
    `INSERT INTO pod_streams (cell, pod_stream, pod_id, applied, received, hole_since)
     SELECT $1, stream, pod, applied, received::int8multirange, CASE WHEN has_hole THEN clock_timestamp() END
       FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::boolean[])
            AS streams(stream, pod, applied, received, has_hole)
     ON CONFLICT (cell, pod_stream) DO UPDATE
       SET applied = EXCLUDED.applied, received = EXCLUDED.received, updated_at = clock_timestamp(),
           -- The first hole's age counts; it starts anew whenever the beginning has moved.
           hole_since = CASE WHEN EXCLUDED.hole_since IS NULL THEN NULL
                             WHEN EXCLUDED.applied = pod_streams.applied
                             THEN coalesce(pod_streams.hole_since, EXCLUDED.hole_since)
                             ELSE EXCLUDED.hole_since END`,
    [
      cell,
      streams.map((stream) => stream.podStream),
      streams.map((stream) => stream.podId),
      streams.map((stream) => stream.applied),
      streams.map((stream) => formatRanges(stream.received)),
      streams.map((stream) => stream.received.length > 1 || stream.applied === 0),
    ],
  );
}
