// The CSRF token of a browser session: writes carry it in a header that other origins cannot set.
import { timingSafeEqual } from 'node:crypto';
import type { ConsoleSession } from './console-session.ts';

export const CSRF_HEADER = 'x-csrf-token';

/** True when the request carries its session's own token. */
export function hasCsrfToken(request: Request, session: ConsoleSession): boolean {
  const sent = Buffer.from(request.headers.get(CSRF_HEADER) ?? '');
  const expected = Buffer.from(session.csrfToken);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
