// Overrides in force, as the verifier compares them with the log.
import type { ClientBase } from 'pg';

export interface OverrideRow {
  readonly scope: string;
  readonly name: string;
  readonly value: unknown;
}

/** All overrides of a cell. */
export async function readOverrides(client: ClientBase, cell: string): Promise<OverrideRow[]> {
  const { rows } = await client.query<OverrideRow>('SELECT scope, name, value FROM config_override WHERE cell = $1', [
    cell,
  ]);
  return rows;
}
