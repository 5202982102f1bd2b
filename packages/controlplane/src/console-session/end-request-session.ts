// Ends the session of one request and says where the browser goes on to end the identity provider's.
import { RequestRefused, refusalAnswer } from '@secrouter/proto';
import { consoleRuntime } from './console-runtime.ts';
import { hasCsrfToken } from './csrf.ts';
import { endSessionUrl } from './end-session-url.ts';
import { readConsoleSession } from './read-console-session.ts';
import { CONSOLE_PATH, cookieAttributes, isSecureUrl, readCookie, sessionCookieName } from './session-cookie.ts';
import { deleteSession } from './session-store.ts';

const SIGNED_OUT_PATH = `${CONSOLE_PATH}/signed-out`;

/** Answers `{ "url": … }`: the identity provider's sign-out, or our own page where it has none. */
export async function endRequestSession(request: Request): Promise<Response> {
  const { pool, cell, authUrl, readConfig } = consoleRuntime();
  const session = await readConsoleSession(request);
  if (session === undefined) return answerJson({ url: SIGNED_OUT_PATH }, authUrl);
  if (!hasCsrfToken(request, session)) return refusedResponse();

  const sessionId = readCookie(request.headers.get('cookie'), sessionCookieName(isSecureUrl(authUrl)));
  const ended = sessionId === undefined ? undefined : await deleteSession(pool, cell, sessionId);
  const { config } = await readConfig();
  const clientId = config.security.oidc.find(({ issuer }) => issuer === ended?.issuer)?.clientId;
  if (ended === undefined || clientId === undefined) return answerJson({ url: SIGNED_OUT_PATH }, authUrl);
  const url = await endSessionUrl({ ...ended, clientId, returnTo: new URL(authUrl).origin + SIGNED_OUT_PATH });
  return answerJson({ url: url ?? SIGNED_OUT_PATH }, authUrl);
}

function answerJson(body: { readonly url: string }, authUrl: string): Response {
  const isSecure = isSecureUrl(authUrl);
  const { path } = cookieAttributes(isSecure);
  const expired = `${sessionCookieName(isSecure)}=; Path=${path}; Max-Age=0; HttpOnly; SameSite=Lax`;
  const headers = { 'set-cookie': isSecure ? `${expired}; Secure` : expired, 'cache-control': 'no-store' };
  return Response.json(body, { headers });
}

function refusedResponse(): Response {
  const { code, details } = new RequestRefused('admin_required');
  const { status, headers, body } = refusalAnswer(code, details);
  return Response.json(body, { status, headers: { ...headers, 'cache-control': 'no-store' } });
}
