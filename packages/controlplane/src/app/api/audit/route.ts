// GET /admin/api/audit: the trail, filtered, sorted and paged.
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { readAuditParams } from '../../../use-cases/audit/audit-params.ts';
import { listAudit } from '../../../use-cases/audit/list-audit.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'auditor' }, async ({ context: { pool, redis, keys, config }, url }) =>
  jsonResponse(await listAudit({ pool, redis, keys, cell: config.cell }, readAuditParams(url.searchParams))),
);
