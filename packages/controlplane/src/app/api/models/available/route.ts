// GET /admin/api/models/available: what each provider lists now, as the pods see it.
import { adminRoute, jsonResponse } from '../../../../http/admin-route.ts';
import { readLiveModels } from '../../../../use-cases/config/read-health.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: ['operator', 'policy'] }, async ({ context, published }) =>
  jsonResponse(await readLiveModels(context, published)),
);
