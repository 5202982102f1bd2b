// Who has used the gateway, with the groups of their latest request: for whom a change of policy would matter.
import type { Pool } from 'pg';

export interface KnownPrincipal {
  readonly principal: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly service: boolean;
}

/** At most `limit` principals in the order of their names. A loose index scan: its cost grows with the names, not the rows. */
export async function listKnownPrincipals(pool: Pool, cell: string, limit: number): Promise<KnownPrincipal[]> {
  const { rows } = await pool.query<KnownPrincipal>(
    `WITH RECURSIVE seen (principal, place) AS (
       (SELECT principal, 1 FROM usage_events WHERE cell = $1 ORDER BY principal LIMIT 1)
       UNION ALL
       SELECT (SELECT next.principal FROM usage_events AS next
                WHERE next.cell = $1 AND next.principal > seen.principal ORDER BY next.principal LIMIT 1), place + 1
         FROM seen WHERE seen.principal IS NOT NULL AND place < $2
     )
     SELECT latest.principal, latest.email, latest.groups, latest.service
       FROM seen CROSS JOIN LATERAL (
         SELECT principal, email, groups, service FROM usage_events
          WHERE cell = $1 AND principal = seen.principal ORDER BY time DESC LIMIT 1) AS latest
      ORDER BY latest.principal`,
    [cell, limit],
  );
  return rows;
}
