// Finds leaves by their columns, page by page: the cursor is the last row's place in the order that was asked for.
import type { ClientBase, Pool } from 'pg';
import { LEAF_COLUMNS, type LeafQueryRow, type LeafRow, toLeafRow } from './read-leaves.ts';

/** What leaves can be sorted by. Ties are in the order of the log. */
export const LEAF_SORTS = ['index', 'time', 'type', 'outcome', 'model'] as const;
export type LeafSort = (typeof LEAF_SORTS)[number];

export interface LeafFilter {
  readonly type?: string;
  readonly outcome?: string;
  /** Commitments that the principal may have; empty finds nothing. */
  readonly principals?: readonly string[];
  /** Prefix of request id, model or code, or a principal with one of these commitments. */
  readonly search?: { readonly prefix: string; readonly principals: readonly string[] };
  readonly since?: string;
  readonly until?: string;
}

export interface LeafPage {
  readonly sort: LeafSort;
  readonly dir: 'asc' | 'desc';
  readonly limit: number;
  readonly after?: { readonly key: string; readonly index: number };
}

/** A leaf with its place in the order. */
export interface FoundLeaf {
  readonly row: LeafRow;
  readonly sortKey: string;
}

const SORT_COLUMNS: Readonly<
  Record<LeafSort, { readonly column: string; readonly text: string; readonly type: string }>
> = {
  index: { column: 'log_index', text: 'log_index::text', type: 'bigint' },
  // Microseconds: a cursor that lost them would repeat rows or leave some out.
  time: {
    column: 'time',
    text: `to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    type: 'timestamptz',
  },
  type: { column: 'type', text: 'type', type: 'text' },
  outcome: { column: 'outcome', text: 'outcome', type: 'text' },
  model: { column: "coalesce(model, '')", text: "coalesce(model, '')", type: 'text' },
};

/** One page of the leaves that match. */
export async function searchLeaves(
  db: ClientBase | Pool,
  cell: string,
  filter: LeafFilter,
  page: LeafPage,
): Promise<FoundLeaf[]> {
  const { conditions, values } = conditionsOf(cell, filter);
  const sort = SORT_COLUMNS[page.sort];
  const direction = page.dir === 'asc' ? 'ASC' : 'DESC';
  if (page.after !== undefined) {
    values.push(page.after.key, page.after.index);
    const comparison = page.dir === 'asc' ? '>' : '<';
    conditions.push(
      `(${sort.column}, log_index) ${comparison} ($${values.length - 1}::${sort.type}, $${values.length}::bigint)`,
    );
  }
  values.push(page.limit);
  const { rows } = await db.query<LeafQueryRow & { sort_key: string }>(
    `SELECT ${LEAF_COLUMNS}, ${sort.text} AS sort_key FROM audit_leaves WHERE ${conditions.join(' AND ')}
      ORDER BY ${sort.column} ${direction}, log_index ${direction} LIMIT $${values.length}`,
    values,
  );
  return rows.map((row) => ({ row: toLeafRow(row), sortKey: row.sort_key }));
}

/** Number of leaves that match, counted up to `bound` + 1. */
export async function countLeaves(
  db: ClientBase | Pool,
  cell: string,
  filter: LeafFilter,
  bound: number,
): Promise<number> {
  const { conditions, values } = conditionsOf(cell, filter);
  values.push(bound + 1);
  const { rows } = await db.query<{ n: string }>(
    `SELECT count(*) AS n FROM (SELECT FROM audit_leaves WHERE ${conditions.join(' AND ')} LIMIT $${values.length}) AS found`,
    values,
  );
  return Number(rows[0]?.n ?? 0);
}

/** All leaves of one event. */
export async function readLeavesOfEvent(db: ClientBase | Pool, cell: string, eventId: string): Promise<LeafRow[]> {
  const { rows } = await db.query<LeafQueryRow>(
    `SELECT ${LEAF_COLUMNS} FROM audit_leaves WHERE cell = $1 AND event_id = $2 ORDER BY log_index`,
    [cell, eventId],
  );
  return rows.map(toLeafRow);
}

/** Commitments of the persons with exactly this value, or with values that begin with it; at most `limit`. */
export async function findCommitments(
  db: ClientBase | Pool,
  cell: string,
  value: string,
  match: 'exact' | 'prefix',
  limit: number,
): Promise<string[]> {
  const condition = match === 'exact' ? 'value = $2' : 'value LIKE $2';
  const { rows } = await db.query<{ commitment: string }>(
    `SELECT commitment FROM audit_subjects WHERE cell = $1 AND ${condition} LIMIT $3`,
    [cell, match === 'exact' ? value : prefixPattern(value), limit],
  );
  return rows.map((row) => row.commitment);
}

function conditionsOf(cell: string, filter: LeafFilter): { conditions: string[]; values: unknown[] } {
  const values: unknown[] = [cell];
  const conditions = ['cell = $1'];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${values.length}`;
  };
  if (filter.type !== undefined) conditions.push(`type = ${bind(filter.type)}`);
  if (filter.outcome !== undefined) conditions.push(`outcome = ${bind(filter.outcome)}`);
  if (filter.principals !== undefined) conditions.push(`principal = ANY(${bind(filter.principals)}::text[])`);
  if (filter.since !== undefined) conditions.push(`time >= ${bind(filter.since)}::timestamptz`);
  if (filter.until !== undefined) conditions.push(`time < ${bind(filter.until)}::timestamptz`);
  if (filter.search !== undefined) {
    const pattern = bind(prefixPattern(filter.search.prefix));
    const principals = bind(filter.search.principals);
    const columns = ['request_id', 'model', 'code'].map((column) => `${column} LIKE ${pattern}`);
    conditions.push(`(${columns.join(' OR ')} OR principal = ANY(${principals}::text[]))`);
  }
  return { conditions, values };
}

function prefixPattern(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
}
