// PUT and DELETE /admin/api/policy/group/<name> and /admin/api/policy/user/<sub>.
import { adminRoute } from '../../../../../http/admin-route.ts';
import { removeOverride, rulePlace, writeOverride } from '../../../../../http/override-routes.ts';

export const dynamic = 'force-dynamic';

export const PUT = adminRoute({ role: 'policy' }, writeOverride(rulePlace));
export const DELETE = adminRoute({ role: 'policy' }, removeOverride(rulePlace));
