// GET /admin/api/health: providers and endpoints over the fleet.
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { readHealth } from '../../../use-cases/config/read-health.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'operator' }, async ({ context, published }) =>
  jsonResponse(await readHealth(context, published)),
);
