// POST /admin/api/classify: how a prompt would be routed for a user; nothing is stored or forwarded.
import { adminRoute } from '../../../http/admin-route.ts';
import { classifyPrompt } from '../../../http/classify-route.ts';

export const dynamic = 'force-dynamic';

export const POST = adminRoute({ role: ['policy', 'operator', 'auditor'] }, classifyPrompt);
