// Sign-out: the session ends here at once, then the browser is sent to end the identity provider's session too.
import { endRequestSession } from '../../../../console-session/end-request-session.ts';

export const dynamic = 'force-dynamic';

export function POST(request: Request): Promise<Response> {
  return endRequestSession(request);
}
