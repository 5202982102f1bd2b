// GET /admin/api/fleet: pods, what they have applied, what they refused. Whoever writes a policy watches it arrive here.
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { readFleet } from '../../../use-cases/config/read-fleet.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: ['operator', 'policy'] }, async ({ context, published }) =>
  jsonResponse(await readFleet(context, published)),
);
