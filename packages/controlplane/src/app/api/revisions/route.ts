// GET /admin/api/revisions: the history, newest first. `limit` at most 200, `before` pages on.

import { listRevisions } from '../../../db/config-queries.ts';
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { decodeRevision } from '../../../http/read-change.ts';

export const dynamic = 'force-dynamic';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export const GET = adminRoute({ role: 'any' }, async ({ context, url, published }) => {
  const asked = url.searchParams.get('limit') ?? '';
  const limit = /^[1-9]\d{0,3}$/.test(asked) ? Math.min(Number(asked), MAX_LIMIT) : DEFAULT_LIMIT;
  const before = url.searchParams.get('before');
  const rows = await listRevisions(
    context.prisma,
    context.config.cell,
    limit,
    before === null ? undefined : decodeRevision(before),
  );
  const last = rows.at(-1);
  const nextBefore = rows.length === limit && last !== undefined && last.revision > 1 ? last.revision : null;
  return jsonResponse({ revision: published.revision, revisions: rows, nextBefore });
});
