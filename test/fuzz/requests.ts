// Requests as clients, misguided proxies and attackers write them: bytes for a socket, and what each must not achieve.
import { chatText, jsonString } from './json-texts.ts';
import type { Random } from './random.ts';

/** One request: its bytes, the body that stands in them, and the marks by which its parts are known again. */
export interface FuzzedRequest {
  readonly id: string;
  readonly bytes: Buffer;
  /** The whole body that was meant. */
  readonly body: string;
  /** Values of headers that must never go on. */
  readonly secrets: readonly string[];
  /** Values of headers that may, by name. */
  readonly forwardable: Readonly<Record<string, string>>;
  /** Its framing was tampered with. */
  readonly isTampered: boolean;
}

const PATHS = ['/v1/chat/completions', '/v1/chat/completions', '/v1/chat/completions', '/chat/completions'];
const ODD_PATHS = [
  '/v1/chat/completions?x=1',
  '//v1/chat/completions',
  '/v1/chat/completions/',
  '/v1/./chat/completions',
  '/v1/embeddings',
  '/v1/models',
  '/v1/chat%2fcompletions',
  'http://evil.test/v1/chat/completions',
  '/v1/completions',
  '/administration',
  '*',
];
const METHODS = [
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'POST',
  'GET',
  'PUT',
  'OPTIONS',
  'DELETE',
  'HEAD',
  'TRACE',
  'post',
];
const FORWARDABLE = ['Idempotency-Key', 'Anthropic-Version', 'Anthropic-Beta', 'OpenAI-Beta'];
const OTHERS = [
  'Cookie',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'Forwarded',
  'Via',
  'OpenAI-Organization',
  'OpenAI-Project',
  'X-Request-Id',
  'Traceparent',
  'Proxy-Authorization',
  'User-Agent',
  'Accept',
  'Accept-Encoding',
  'TE',
  'Trailer',
  'X-Http-Method-Override',
  'X-Original-Url',
  'Host2',
  'X-SecRouter-Model',
  'X-SecRouter-Cost-Center',
  'Range',
  'If-None-Match',
  'Date',
  'Cache-Control',
  'Content-Language',
  'Content-Md5',
];
/** Lines that make two readers see two messages, or would. */
const TAMPERING = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Content-Length: 0',
  'Content-Length: 5',
  'Content-Length: +7',
  'Content-Length: 99999999',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: bogus',
  'Upgrade: websocket',
  'Connection: Authorization',
  'Host: evil.test',
  'Authorization: Bearer other',
  'X-Api-Key: other',
  'Content-Type: text/plain',
  ' folded: x',
  'No-Colon',
  'X-Nul: a\0b',
  'X-Cr: a\rb',
  ': empty',
];

/** Makes the request with this number. */
export function fuzzedRequest(random: Random, index: number, token: string): FuzzedRequest {
  const id = `fuzz-${index}`;
  const secrets: string[] = [];
  const body = identified(random, id);
  const lines = ['Host: gateway.test', `Authorization: Bearer ${random.chance(96) ? token : `${token}x`}`];
  // Each source has a count of failures of its own.
  lines.push(`X-Forwarded-For: 10.${random.int(256)}.${random.int(256)}.${random.int(256)}`);
  for (const name of FORWARDABLE) {
    if (!random.chance(15)) continue;
    const value = `fwd-${index}-${name.toLowerCase()}`;
    lines.push(`${random.chance(50) ? name : name.toUpperCase()}: ${value}`);
  }
  for (let count = random.int(8); count > 0; count -= 1) {
    const secret = `secret-${index}-${count}`;
    secrets.push(secret);
    const name = random.chance(70) ? random.pick(OTHERS) : `X-${random.int(1e9).toString(36)}`;
    lines.push(`${name}: ${secret}`);
    if (random.chance(10)) lines.push(`Connection: ${name}`);
  }
  lines.push(`Content-Type: application/json${random.chance(20) ? '; charset=utf-8' : ''}`);
  const isTampered = random.chance(25);
  const { framing, payload } = framed(random, body);
  lines.push(framing);
  if (isTampered) lines.splice(random.int(lines.length + 1), 0, random.pick(TAMPERING));
  const method = random.chance(92) ? 'POST' : random.pick(METHODS);
  const target = random.chance(92) ? random.pick(PATHS) : random.pick(ODD_PATHS);
  const head = `${[`${method} ${target} HTTP/1.1`, ...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`;
  // Behind a head that no longer says `Connection: close` a second request would be no smuggling but a pipeline.
  const isSmuggling = isTampered && random.chance(50);
  const sentHead = isSmuggling ? Buffer.from(head, 'latin1') : flipped(random, Buffer.from(head, 'latin1'));
  const smuggled = Buffer.from(isSmuggling ? smuggledRequest(token, index) : '');
  const bytes = Buffer.concat([sentHead, payload, smuggled]);
  return { id, bytes, body, secrets, forwardable: forwardableOf(sentHead.toString('latin1')), isTampered };
}

/** The headers that may go on, as the head says them; only printable ASCII does. */
function forwardableOf(head: string): Readonly<Record<string, string>> {
  const names = FORWARDABLE.map((name) => name.toLowerCase());
  const lines = head.split('\r\n').map((line) => /^([^:]+):[ \t]*([\x20-\x7e]*?)[ \t]*$/.exec(line));
  return Object.fromEntries(
    lines
      .map((match) => [match?.[1]?.toLowerCase() ?? '', match?.[2] ?? ''])
      .filter(([name]) => names.includes(name ?? '')),
  );
}

/** The id stands in `user`, so that what arrives can be told apart; a body without one could not be explained. */
function identified(random: Random, id: string): string {
  const text = chatText(random);
  const at = text.indexOf('{') + 1;
  const rest = text.slice(at);
  const comma = /^\s*\}/.test(rest) ? '' : ',';
  return `${text.slice(0, at)}"user":${jsonString(random, id)}${comma}${rest}`;
}

function framed(random: Random, body: string): { framing: string; payload: Buffer } {
  const bytes = Buffer.from(body, 'utf8');
  if (random.chance(70)) return { framing: `Content-Length: ${bytes.length}`, payload: bytes };
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + 1 + random.int(200));
    const size = random.chance(50)
      ? chunk.length.toString(16)
      : chunk.length.toString(16).toUpperCase().padStart(4, '0');
    const extension = random.chance(10) ? ';x=y' : '';
    chunks.push(Buffer.from(`${size}${extension}\r\n`), chunk, Buffer.from('\r\n'));
    at += chunk.length;
  }
  const trailer = random.chance(10) ? 'X-Trailer: secret-trailer\r\n' : '';
  return {
    framing: 'Transfer-Encoding: chunked',
    payload: Buffer.concat([...chunks, Buffer.from(`0\r\n${trailer}\r\n`)]),
  };
}

function smuggledRequest(token: string, index: number): string {
  const body = JSON.stringify({
    model: 'local/small',
    user: `smuggled-${index}`,
    messages: [{ role: 'user', content: 'x' }],
  });
  const lines = ['POST /v1/chat/completions HTTP/1.1', 'Host: gateway.test', `Authorization: Bearer ${token}`];
  return [...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body].join('\r\n');
}

/** Now and then a byte of the head is another one. */
function flipped(random: Random, bytes: Buffer): Buffer {
  if (!random.chance(4)) return bytes;
  bytes[random.int(bytes.length)] = random.int(256);
  return bytes;
}
