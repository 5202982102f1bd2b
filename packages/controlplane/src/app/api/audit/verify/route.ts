// GET /admin/api/audit/verify: reads the whole log and says whether it is what was signed.
import { adminRoute, jsonResponse } from '../../../../http/admin-route.ts';
import { verifyTrail } from '../../../../use-cases/audit/verify-trail.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'auditor' }, async ({ context: { pool, config } }) =>
  jsonResponse(await verifyTrail(pool, config.cell, config.auditSigningKeyFile)),
);
