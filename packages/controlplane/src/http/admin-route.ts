// The one wrapper of every admin route of the console's process: Next's handler around `answerAdmin`.
import { readConsoleSession } from '../console-session/read-console-session.ts';
import { consoleContext } from '../context/console-context.ts';
import { type AdminHandler, type AdminRouteOptions, answerAdmin } from './answer-admin.ts';

export type { AdminHandler, AdminRequest, AdminRouteOptions } from './answer-admin.ts';
export { jsonResponse, refusalResponse } from './json-response.ts';

/** Makes a Next route handler for callers whose policy holds the role. */
export function adminRoute(options: AdminRouteOptions, handler: AdminHandler): (request: Request) => Promise<Response> {
  return (request) =>
    answerAdmin({ context: consoleContext(), readSession: readConsoleSession }, options, handler, request);
}
