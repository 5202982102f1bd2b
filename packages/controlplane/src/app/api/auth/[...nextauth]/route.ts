// The code flow's routes, served by next-auth: start, call-back, and the token against forged starts. Sessions are ours.
import NextAuth from 'next-auth';
import { requestSignInOptions } from '../../../../console-session/request-sign-in.ts';

export const dynamic = 'force-dynamic';

/** next-auth's other actions (its own session, sign-out and pages) are not part of this console. */
const ACTIONS: ReadonlySet<string> = new Set(['csrf', 'signin', 'callback', 'error']);

interface RouteContext {
  readonly params: Promise<{ readonly nextauth: readonly string[] }>;
}

async function handle(request: Request, context: RouteContext): Promise<Response> {
  const { nextauth } = await context.params;
  if (!ACTIONS.has(nextauth[0] ?? '')) return new Response(null, { status: 404 });
  return await NextAuth(request as never, context as never, await requestSignInOptions(request));
}

export { handle as GET, handle as POST };
