// What the strict parser lets through and this server still refuses, before any handler runs. Pure.
import type { IncomingMessage } from 'node:http';
import type { RefusalCode, RefusalDetails } from '@secrouter/proto';

export type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'>;

export interface HeadRefusal {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Headers that say who, what or how long: two of them are two requests, and parsers differ on which one counts. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
  'transfer-encoding',
  'expect',
  'x-data-classification',
]);

/** RFC 9110 section 7.2: a registered name or address with an optional port, no user information. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Empty, dot and parameter segments, backslashes, fragments, encoded controls and broken escapes: two readers of
 * such a path can see two paths. An encoded slash is part of a model's id and stays. */
const AMBIGUOUS_PATH = /\/\/|[\\;#]|%5c|%[01][0-9a-f]|%7f|%(?![0-9a-f]{2})|(?:\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

/** The refusal that the head alone deserves, or undefined for a request that a handler may see. */
export function judgeHead(head: RequestHead, maxHeaders: number): HeadRefusal | undefined {
  if (head.rawHeaders.length / 2 > maxHeaders) return refuse('headers_too_large');
  if (head.httpVersion !== '1.1' && head.httpVersion !== '1.0') return refuse('invalid_request');
  const singles = readSingles(head.rawHeaders);
  if (typeof singles === 'string') return refuse('invalid_request', { param: singles });
  return judgeFraming(head, singles) ?? judgeUpgrade(head) ?? judgeTarget(head);
}

/** The single headers by name, or the name of one that came twice. */
function readSingles(rawHeaders: readonly string[]): ReadonlyMap<string, string> | string {
  const singles = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!SINGLE_HEADERS.has(name)) continue;
    if (singles.has(name)) return name;
    singles.set(name, rawHeaders[index + 1] ?? '');
  }
  return singles;
}

function judgeFraming(head: RequestHead, singles: ReadonlyMap<string, string>): HeadRefusal | undefined {
  const coding = singles.get('transfer-encoding');
  // RFC 9112 section 6.1: with HTTP/1.0 the framing is faulty; any coding besides chunked is unknown here.
  if (coding !== undefined && (head.httpVersion === '1.0' || coding.toLowerCase() !== 'chunked')) {
    return refuse('invalid_request', { param: 'transfer-encoding' });
  }
  const host = singles.get('host');
  const hostMissing = host === undefined && head.httpVersion === '1.1';
  if (hostMissing || (host !== undefined && !HOST.test(host))) return refuse('invalid_request', { param: 'host' });
  const expect = singles.get('expect');
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') return refuse('expectation_failed');
  return undefined;
}

/** A WebSocket client cannot go on without its upgrade, so it is told. `h2c` is an offer that RFC 9110 section 7.8
 * lets a server ignore, and some HTTP clients make it with every request. */
function judgeUpgrade(head: RequestHead): HeadRefusal | undefined {
  const { rawHeaders } = head;
  const wantsWebSocket = rawHeaders.some(
    (value, index) =>
      index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'upgrade' && /(?:^|[\s,])websocket/i.test(value),
  );
  return wantsWebSocket ? refuse('upgrade_refused', { headers: { upgrade: 'HTTP/1.1' } }) : undefined;
}

function judgeTarget(head: RequestHead): HeadRefusal | undefined {
  if (!METHODS.has(head.method ?? '')) {
    return refuse('method_not_allowed', { headers: { allow: [...METHODS].join(', ') } });
  }
  // The absolute form names a host that nothing here may act on.
  const target = head.url ?? '';
  if (!target.startsWith('/')) return refuse('invalid_request');
  const [path = ''] = target.split('?', 1);
  return AMBIGUOUS_PATH.test(path) ? refuse('not_found') : undefined;
}

function refuse(code: RefusalCode, details: RefusalDetails = {}): HeadRefusal {
  return { code, details };
}
