// POST /admin/api/reload: reads the configuration file again; a revision only where something changed.
import { adminRoute } from '../../../http/admin-route.ts';
import { reloadFile } from '../../../http/reload-route.ts';

export const dynamic = 'force-dynamic';

export const POST = adminRoute({ role: 'operator' }, reloadFile);
