// Where a page of the trail ended. Opaque to clients; a cursor of another order is refused instead of skipping rows.
import { RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { LEAF_SORTS, type LeafSort } from '../../db/audit/search-leaves.ts';

const cursorSchema = z.tuple([
  z.enum(LEAF_SORTS),
  z.enum(['asc', 'desc']),
  z.string().max(255),
  z.number().int().nonnegative(),
]);

export interface AuditCursor {
  readonly sort: LeafSort;
  readonly dir: 'asc' | 'desc';
  readonly key: string;
  readonly index: number;
}

/** The cursor as text for an address. */
export function encodeCursor({ sort, dir, key, index }: AuditCursor): string {
  return Buffer.from(JSON.stringify([sort, dir, key, index])).toString('base64url');
}

/** Reads a cursor of this order. Throws 400. */
export function decodeCursor(text: string, sort: LeafSort, dir: 'asc' | 'desc'): { key: string; index: number } {
  const parsed = cursorSchema.safeParse(jsonOf(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== sort || parsed.data[1] !== dir || !fits(sort, parsed.data[2])) {
    throw new RequestRefused('invalid_request', { param: 'cursor' });
  }
  return { key: parsed.data[2], index: parsed.data[3] };
}

function fits(sort: LeafSort, key: string): boolean {
  if (sort === 'index') return /^\d{1,15}$/.test(key);
  return sort !== 'time' || !Number.isNaN(Date.parse(key));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
