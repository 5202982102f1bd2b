// The wire form of the front's own refusals: on a response, or on the bare socket where there is none.
import { randomBytes } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { type RefusalCode, type RefusalDetails, refusalAnswer, uuidV7 } from '@secrouter/proto';

/** Answers with a refusal and ends the response; `X-Request-Id` is made here where nobody has set one. */
export function sendRefusal(response: ServerResponse, code: RefusalCode, details: RefusalDetails = {}): void {
  const answer = refusalAnswer(code, details);
  const body = JSON.stringify(answer.body);
  if (!response.hasHeader('x-request-id')) response.setHeader('x-request-id', freshRequestId());
  response.writeHead(answer.status, { ...answer.headers, ...bodyHeaders(body) });
  response.end(body);
}

/** The bytes of a refusal for a socket without a response; the connection ends with it. */
export function rawRefusal(code: RefusalCode, details: RefusalDetails = {}): string {
  const answer = refusalAnswer(code, details);
  const body = JSON.stringify(answer.body);
  const headers = {
    ...answer.headers,
    ...bodyHeaders(body),
    'x-request-id': freshRequestId(),
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

function bodyHeaders(body: string): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
  };
}

function freshRequestId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}
