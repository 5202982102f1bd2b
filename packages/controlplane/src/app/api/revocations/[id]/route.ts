// DELETE /admin/api/revocations/<id>: takes a denial back.
import { adminRoute } from '../../../../http/admin-route.ts';
import { removeRevocation } from '../../../../http/revocation-routes.ts';

export const dynamic = 'force-dynamic';

export const DELETE = adminRoute({ role: ['policy', 'operator'] }, removeRevocation);
