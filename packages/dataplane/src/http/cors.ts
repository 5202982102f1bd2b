// CORS: closed unless the file names origins. Only the API is opened to them, never the console: it has its own origin.
import type { IncomingMessage, ServerResponse } from 'node:http';

const ALLOWED_METHODS = 'GET, POST, OPTIONS';
const ALLOWED_HEADERS =
  'authorization, content-type, x-api-key, x-data-classification, x-secrouter-cost-center, x-request-id, openai-beta';
const EXPOSED_HEADERS =
  'x-request-id, x-secrouter-model, x-secrouter-tier, x-secrouter-reasoning, x-secrouter-revision, ' +
  'x-secrouter-adjusted, x-secrouter-output-cap, x-secrouter-cost-usd, retry-after, x-should-retry';
/** Browsers ask again after this. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** Sets the CORS headers of an answer to a named origin; leaves every other answer without any. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowedOrigins: readonly string[],
): void {
  const { origin } = request.headers;
  const isApi = !/^\/admin(\/|$|\?)/.test(request.url ?? '');
  if (origin === undefined || !isApi || !allowedOrigins.includes(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
  response.setHeader('vary', 'Origin');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', ALLOWED_METHODS);
  response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
  response.setHeader('access-control-max-age', String(PREFLIGHT_MAX_AGE_SECONDS));
}
