// What could not be recorded although everything worked. Each row is somebody's request or refusal: an alarm.
import { hash } from 'node:crypto';
import type { ClientBase } from 'pg';

export interface DeadLetter {
  readonly podId: string | null;
  readonly podStream: string | null;
  readonly sequence: number | null;
  readonly eventId: string | null;
  readonly problem: string;
  /** JSON text as it came. */
  readonly payload: string;
}

/** Longest description of a problem that is kept. */
const MAX_PROBLEM_LENGTH = 2_000;

/** Keeps dead letters; the same payload twice is one row. */
export async function insertDeadLetters(
  client: ClientBase,
  cell: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const letter of letters) {
    await client.query(
      `INSERT INTO dead_letters (cell, pod_stream, sequence, event_id, problem, payload, payload_hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (cell, payload_hash) DO NOTHING`,
      [
        cell,
        letter.podStream,
        letter.sequence,
        letter.eventId,
        letter.problem.slice(0, MAX_PROBLEM_LENGTH),
        letter.payload,
        hash('sha256', letter.payload, 'buffer'),
      ],
    );
  }
}
