// From commitments back to names, for as long as the person's row is there.
import type { ClientBase, Pool } from 'pg';

export interface Subject {
  readonly commitment: string;
  readonly value: string;
  readonly salt: Buffer;
}

/** Names behind these commitments; an erased person has none. */
export async function readSubjects(
  db: ClientBase | Pool,
  cell: string,
  commitments: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  if (commitments.length === 0) return new Map();
  const { rows } = await db.query<Subject>(
    'SELECT commitment, value, salt FROM audit_subjects WHERE cell = $1 AND commitment = ANY($2)',
    [cell, commitments],
  );
  return new Map(rows.map((row) => [row.commitment, row]));
}
