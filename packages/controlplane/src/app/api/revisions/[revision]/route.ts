// GET /admin/api/revisions/<n>: one revision and its difference from the one before.
import { RequestRefused } from '@secrouter/proto';
import { adminRoute, jsonResponse } from '../../../../http/admin-route.ts';
import { decodeRevision } from '../../../../http/read-change.ts';
import { readRevision } from '../../../../use-cases/config/read-revision.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'any' }, async ({ context, url }) => {
  const view = await readRevision(context, decodeRevision(url.pathname.split('/').at(-1) ?? ''));
  if (view === undefined) throw new RequestRefused('not_found', { reason: 'no_such_revision' });
  return jsonResponse(view);
});
