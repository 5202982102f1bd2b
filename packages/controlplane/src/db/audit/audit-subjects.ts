// Names behind commitments. One salt per person and cell: the log can be searched by person while the row exists, and
// nothing leads from the leaves back to the person once it is deleted.
import { randomBytes } from 'node:crypto';
import { commitSubject, SALT_BYTES } from '@secrouter/proto';
import type { ClientBase } from 'pg';

/**
 * Commitments of these values, made where there are none yet. Runs under the log's head lock, so that a value gets one
 * salt; it is read anew each time because an erased person must not come back under the old commitment.
 */
export async function commitSubjects(
  client: ClientBase,
  cell: string,
  values: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const commitments = new Map<string, string>();
  if (values.size === 0) return commitments;
  const known = await client.query<{ value: string; commitment: string }>(
    'SELECT value, commitment FROM audit_subjects WHERE cell = $1 AND value = ANY($2)',
    [cell, [...values]],
  );
  for (const row of known.rows) commitments.set(row.value, row.commitment);
  const missing = [...values].filter((value) => !commitments.has(value)).map(newSubject);
  if (missing.length === 0) return commitments;
  await client.query(
    `INSERT INTO audit_subjects (cell, value, salt, commitment)
     SELECT $1, * FROM unnest($2::text[], $3::bytea[], $4::text[])`,
    [cell, missing.map((row) => row.value), missing.map((row) => row.salt), missing.map((row) => row.commitment)],
  );
  for (const row of missing) commitments.set(row.value, row.commitment);
  return commitments;
}

function newSubject(value: string) {
  const salt = randomBytes(SALT_BYTES);
  return { value, salt, commitment: commitSubject(value, salt) };
}
