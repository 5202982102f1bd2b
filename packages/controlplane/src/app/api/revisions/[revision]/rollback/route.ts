// POST /admin/api/revisions/<n>/rollback: the overrides of that revision over the file of today, as a new revision.
import { RequestRefused } from '@secrouter/proto';
import { adminRoute } from '../../../../../http/admin-route.ts';
import { publishResponse } from '../../../../../http/publish-response.ts';
import { decodeRevision, readChangeContext } from '../../../../../http/read-change.ts';
import { rollBack } from '../../../../../use-cases/config/change-config.ts';

export const dynamic = 'force-dynamic';

export const POST = adminRoute({ role: 'policy' }, async (admin) => {
  const revision = decodeRevision(admin.url.pathname.split('/').at(-2) ?? '');
  const result = await rollBack(admin.context, revision, readChangeContext(admin));
  if (result === undefined) throw new RequestRefused('not_found', { reason: 'no_such_revision' });
  return publishResponse(result);
});
