// PUT and DELETE /admin/api/tier/<TIER>.
import { adminRoute } from '../../../../http/admin-route.ts';
import { removeOverride, tierPlace, writeOverride } from '../../../../http/override-routes.ts';

export const dynamic = 'force-dynamic';

export const PUT = adminRoute({ role: 'policy' }, writeOverride(tierPlace));
export const DELETE = adminRoute({ role: 'policy' }, removeOverride(tierPlace));
