// What a browser or a script sees while the console does not answer. The data plane itself goes on.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendRefusal } from './refusal-response.ts';

const RETRY_AFTER_SECONDS = 5;
const MESSAGE = 'The console is not reachable; requests go on.';
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>SecRouter</title>
<h1>${MESSAGE}</h1>
<p>This page is served by the control plane, which does not answer at the moment. Requests to the models are governed
and served as before. Try again shortly.</p>
</html>
`;

/** Answers 503: a page for a browser, the JSON error for everything else. */
export function answerConsoleUnreachable(request: IncomingMessage, response: ServerResponse): void {
  if (!request.headers.accept?.includes('text/html')) {
    sendRefusal(response, 'policy_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS, message: MESSAGE });
    return;
  }
  response.writeHead(503, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(PAGE),
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'retry-after': String(RETRY_AFTER_SECONDS),
    'x-should-retry': 'true',
  });
  response.end(PAGE);
}
