// GET /admin/api/config: what is in force and where each field comes from.
import { adminRoute, jsonResponse } from '../../../http/admin-route.ts';
import { readConfig } from '../../../use-cases/config/read-config.ts';

export const dynamic = 'force-dynamic';

export const GET = adminRoute({ role: 'any' }, async ({ context, published }) =>
  jsonResponse(await readConfig(context, published), 200, { etag: `"${published.revision}"` }),
);
