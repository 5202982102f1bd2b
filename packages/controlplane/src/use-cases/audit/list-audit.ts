// The trail, filtered, sorted and paged by a cursor.
import { RequestRefused } from '@secrouter/proto';
import {
  countLeaves,
  findCommitments,
  type LeafFilter,
  type LeafSort,
  readLeavesOfEvent,
  searchLeaves,
} from '../../db/audit/search-leaves.ts';
import { awaitPositions, type BooksReader } from '../../usage/position-barrier.ts';
import { decodeCursor, encodeCursor } from './audit-cursor.ts';
import { type AuditRow, toAuditRows } from './audit-row.ts';

/** Totals are exact up to here. */
export const EXACT_TOTAL = 10_000;
/** A search that finds more persons than this is no search. */
const MAX_MATCHING_PERSONS = 10_000;

export interface AuditQuery {
  readonly type?: string;
  readonly outcome?: string;
  readonly principal?: string;
  readonly search?: string;
  /** ISO 8601; `until` is the first moment that is left out. */
  readonly since?: string;
  readonly until?: string;
  readonly sort: LeafSort;
  readonly dir: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string;
}

export interface AuditList {
  readonly rows: readonly AuditRow[];
  readonly total: number;
  readonly totalIsLowerBound: boolean;
  readonly nextCursor: string | null;
}

/** One page of the trail. Throws 400 for a cursor of another order and for a search that is too wide. */
export async function listAudit(books: BooksReader, query: AuditQuery): Promise<AuditList> {
  const { sort, dir, limit, cursor } = query;
  const after = cursor === undefined ? undefined : decodeCursor(cursor, sort, dir);
  await awaitPositions(books);
  const { pool, cell } = books;
  const filter = await toFilter(books, query);
  const [found, counted] = await Promise.all([
    searchLeaves(pool, cell, filter, { sort, dir, limit: limit + 1, ...(after === undefined ? {} : { after }) }),
    countLeaves(pool, cell, filter, EXACT_TOTAL),
  ]);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return {
    rows: await toAuditRows(
      pool,
      cell,
      page.map(({ row }) => row),
    ),
    total: Math.min(counted, EXACT_TOTAL),
    totalIsLowerBound: counted > EXACT_TOTAL,
    nextCursor: hasMore ? encodeCursor({ sort, dir, key: last.sortKey, index: last.row.index }) : null,
  };
}

/** All leaves of one event, in the order of the log; empty when there is none. */
export async function readAuditEvent(books: BooksReader, eventId: string): Promise<AuditRow[]> {
  await awaitPositions(books);
  return toAuditRows(books.pool, books.cell, await readLeavesOfEvent(books.pool, books.cell, eventId));
}

async function toFilter({ pool, cell }: BooksReader, query: AuditQuery): Promise<LeafFilter> {
  const { type, outcome, principal, search, since, until } = query;
  return {
    ...(type === undefined ? {} : { type }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(principal === undefined
      ? {}
      : { principals: await findCommitments(pool, cell, principal, 'exact', MAX_MATCHING_PERSONS) }),
    ...(search === undefined
      ? {}
      : { search: { prefix: search, principals: await searchPersons(pool, cell, search) } }),
  };
}

async function searchPersons(pool: BooksReader['pool'], cell: string, prefix: string): Promise<string[]> {
  const found = await findCommitments(pool, cell, prefix, 'prefix', MAX_MATCHING_PERSONS + 1);
  if (found.length <= MAX_MATCHING_PERSONS) return found;
  throw new RequestRefused('invalid_request', {
    param: 'search',
    message: 'The search matches too many principals. Make the prefix longer.',
  });
}
