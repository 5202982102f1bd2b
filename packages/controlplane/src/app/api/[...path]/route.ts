// Whatever is not a route of the admin API: JSON like every other answer, and 401 before 404 for strangers.
import { RequestRefused } from '@secrouter/proto';
import { adminRoute } from '../../../http/admin-route.ts';

export const dynamic = 'force-dynamic';

const answerNotFound = adminRoute({ role: 'any' }, async () => {
  throw new RequestRefused('not_found', { reason: 'no_such_route' });
});

export const GET = answerNotFound;
export const POST = answerNotFound;
export const PUT = answerNotFound;
export const PATCH = answerNotFound;
export const DELETE = answerNotFound;
