// Sends a JSON answer that nobody may cache.
import type { ServerResponse } from 'node:http';

/** Ends the response with `body` as JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify(body));
}
