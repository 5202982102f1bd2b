// GET /admin/api/audit/checkpoint: the newest signed checkpoint, the note itself.
import { RequestRefused } from '@secrouter/proto';
import { adminRoute } from '../../../../http/admin-route.ts';
import { latestCheckpoint } from '../../../../use-cases/audit/latest-checkpoint.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'auditor' }, async ({ context: { pool, config } }) => {
  const note = await latestCheckpoint(pool, config.cell, config.auditSigningKeyFile);
  if (note === undefined) throw new RequestRefused('not_found');
  return new Response(note, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
});
