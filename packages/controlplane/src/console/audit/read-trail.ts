// One page of the trail for the console; a search that is refused is something to show, not a failure.
import { RequestRefused, refusalAnswer } from '@secrouter/proto';
import type { BooksReader } from '../../usage/position-barrier.ts';
import { readAuditParams } from '../../use-cases/audit/audit-params.ts';
import { type AuditList, listAudit } from '../../use-cases/audit/list-audit.ts';

const PAGE_SIZE = 25;

export type Trail =
  | { readonly outcome: 'read'; readonly list: AuditList }
  | { readonly outcome: 'refused'; readonly message: string };

/** Reads the page after the cursor, newest first. */
export async function readTrail(books: BooksReader, query: URLSearchParams, cursor?: string): Promise<Trail> {
  const params = new URLSearchParams(query);
  params.set('limit', String(PAGE_SIZE));
  if (cursor !== undefined) params.set('cursor', cursor);
  try {
    return { outcome: 'read', list: await listAudit(books, readAuditParams(params)) };
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    return { outcome: 'refused', message: refusalAnswer(error.code, error.details).body.error.message };
  }
}
