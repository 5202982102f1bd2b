// GET and POST /admin/api/revocations: who is denied at once.

import { listRevocations } from '../../../db/config-queries.ts';
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { addRevocation } from '../../../http/revocation-routes.ts';

export const dynamic = 'force-dynamic';

const MAX_ROWS = 1_000;

export const GET = adminRoute({ role: 'any' }, async ({ context }) =>
  jsonResponse({ revocations: await listRevocations(context.prisma, context.config.cell, MAX_ROWS) }),
);
export const POST = adminRoute({ role: ['policy', 'operator'] }, addRevocation);
