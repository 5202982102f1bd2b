// Which headers cross between the browser and the console. The console has sessions of its own, so Authorization,
// Cookie and Set-Cookie pass; who the client is and by which name it came is said by this proxy alone. Pure.

/** RFC 9110 section 7.6.1, with the older and the HTTP/2 ones: for one connection only, in either direction. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Set by this proxy itself, or answered by it (`Expect`). */
const OWN_TO_CONSOLE: ReadonlySet<string> = new Set(['host', 'content-length', 'expect', 'forwarded', 'x-real-ip']);
/** Claims that Next.js or a proxy would believe: `X-Middleware-Subrequest` once skipped every check behind it. */
const CLAIMED_PREFIXES = ['x-forwarded-', 'x-middleware-', 'x-invoke-', 'x-vercel-', 'x-now-'] as const;

/** What the console's software is, and a redirect in disguise. */
const DROPPED_FROM_CONSOLE: ReadonlySet<string> = new Set(['server', 'x-powered-by', 'via', 'alt-svc', 'refresh']);

/** What the proxy says of the client. */
export interface ForwardedFacts {
  readonly clientAddress: string;
  readonly host: string;
  readonly proto: 'http' | 'https';
}

/** The headers for the console. */
export function consoleRequestHeaders(
  rawHeaders: readonly string[],
  bodyBytes: number,
  facts: ForwardedFacts,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of endToEndHeaders(rawHeaders)) {
    if (OWN_TO_CONSOLE.has(name) || CLAIMED_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const before = headers[name];
    // A cookie header may be split over lines (RFC 6265 section 5.4 joins with a semicolon).
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  if (bodyBytes > 0) headers['content-length'] = String(bodyBytes);
  headers['x-forwarded-for'] = facts.clientAddress;
  headers['x-forwarded-host'] = facts.host;
  headers['x-forwarded-proto'] = facts.proto;
  return headers;
}

/** The headers for the browser, line by line, so that two `Set-Cookie` stay two. `Location` is judged elsewhere. */
export function consoleResponseHeaders(rawHeaders: readonly string[]): (readonly [name: string, value: string])[] {
  return endToEndHeaders(rawHeaders).filter(([name]) => !DROPPED_FROM_CONSOLE.has(name) && name !== 'location');
}

function endToEndHeaders(rawHeaders: readonly string[]): (readonly [string, string])[] {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const] : [],
  );
  const named = lines
    .filter(([name]) => name === 'connection')
    .flatMap(([, value]) => value.split(',').map((token) => token.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return lines.filter(([name]) => !dropped.has(name));
}
