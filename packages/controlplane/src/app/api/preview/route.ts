// POST /admin/api/preview: what a change would do, not written.
import { adminRoute } from '../../../http/admin-route.ts';
import { previewOverride } from '../../../http/preview-route.ts';

export const dynamic = 'force-dynamic';

export const POST = adminRoute({ role: 'policy' }, previewOverride);
