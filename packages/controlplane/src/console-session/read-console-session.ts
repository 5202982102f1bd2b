// Whose session a request carries. The one question that pages and admin routes ask of this folder.

import { consoleRuntime } from './console-runtime.ts';
import type { ConsoleSession } from './console-session.ts';
import { isSecureUrl, readCookie, sessionCookieName } from './session-cookie.ts';
import { findSession } from './session-store.ts';

/** The live session of a request's cookie; undefined without one. Rights are for the caller to judge, each time. */
export function readConsoleSession(request: Request): Promise<ConsoleSession | undefined> {
  return readSessionOfCookies(request.headers.get('cookie'));
}

/** The same for callers that hold the header alone. */
export async function readSessionOfCookies(cookieHeader: string | null): Promise<ConsoleSession | undefined> {
  const { pool, cell, authUrl } = consoleRuntime();
  const sessionId = readCookie(cookieHeader, sessionCookieName(isSecureUrl(authUrl)));
  return sessionId === undefined ? undefined : await findSession(pool, cell, sessionId, new Date());
}
