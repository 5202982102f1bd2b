// The provider's own endpoints below `/control`: tell it how to behave, and read what it received.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseControlCommand } from './control-schema.ts';
import type { ControlState } from './control-state.ts';
import { parseJson, readText, sendJson } from './http-answers.ts';
import type { RequestLog } from './request-log.ts';

const MAX_COMMAND_BYTES = 80 * 1024 * 1024;

/** The health probes of a gateway come all the time: they stand apart from what clients caused. */
export interface RequestLogs {
  readonly calls: RequestLog;
  /** `GET /v1/models`. */
  readonly listings: RequestLog;
}

/** Serves `/control` (GET, POST), `/control/requests` and `/control/listings` (GET, DELETE). */
export async function handleControl(
  state: ControlState,
  logs: RequestLogs,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const action = `${request.method} ${request.url}`;
  switch (action) {
    case 'GET /control':
      return sendJson(response, 200, state.describe());
    case 'POST /control':
      return await applyCommand(state, request, response);
    case 'GET /control/requests':
      return sendJson(response, 200, logs.calls.list());
    case 'DELETE /control/requests':
      logs.calls.clear();
      return sendJson(response, 200, []);
    case 'GET /control/listings':
      return sendJson(response, 200, logs.listings.list());
    case 'DELETE /control/listings':
      logs.listings.clear();
      return sendJson(response, 200, []);
    default:
      return sendJson(response, 404, { error: `unknown: ${action}` });
  }
}

async function applyCommand(state: ControlState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Asking for JSON keeps other sites' forms out: a browser sends that type only after a preflight.
  if (request.headers['content-type']?.startsWith('application/json') !== true) {
    return sendJson(response, 415, { problems: ['content-type: expected application/json'] });
  }
  const parsed = parseControlCommand(parseJson(await readText(request, MAX_COMMAND_BYTES)));
  if ('problems' in parsed) return sendJson(response, 400, parsed);
  state.apply(parsed.command);
  sendJson(response, 200, state.describe());
}
