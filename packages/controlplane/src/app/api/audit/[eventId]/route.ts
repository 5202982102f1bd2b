// GET /admin/api/audit/<event id>: one event's leaves with their hashes.
import { RequestRefused } from '@secrouter/proto';
import { z } from 'zod';
import { adminRoute, jsonResponse } from '../../../../http/admin-route.ts';
import { readAuditEvent } from '../../../../use-cases/audit/list-audit.ts';

export const dynamic = 'force-dynamic';

const eventIdSchema = z.uuid();

export const GET = adminRoute({ role: 'auditor' }, async ({ context: { pool, redis, keys, config }, url }) => {
  const eventId = eventIdSchema.safeParse(url.pathname.split('/').at(-1));
  const leaves = eventId.success
    ? await readAuditEvent({ pool, redis, keys, cell: config.cell }, eventId.data.toLowerCase())
    : [];
  if (leaves.length === 0) throw new RequestRefused('not_found');
  return jsonResponse({ eventId: leaves[0]?.eventId, leaves });
});
