// `/admin` on the data plane's origin: the one use of http-proxy, and the place where its gaps are closed. It does not
// cancel the upstream when the client leaves, hangs when the upstream dies mid-stream, strips no hop-by-hop header, and
// skips its own hook on `Expect`. So: bodies are read here, headers are written here, answers are copied here; of
// http-proxy remain the target and the connection.
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { RequestRefused } from '@secrouter/proto';
import httpProxy from 'http-proxy';
import { type CompiledCidrs, clientAddress, isInside } from './client-address.ts';
import { ClientGone } from './client-writer.ts';
import { consoleRequestHeaders, consoleResponseHeaders, type ForwardedFacts } from './console-headers.ts';
import { judgeRedirect } from './console-redirect.ts';
import { answerConsoleUnreachable } from './console-unreachable.ts';
import type { HttpLog } from './http-log.ts';
import { ByteBudget, readBody } from './read-body.ts';
import { sendRefusal } from './refusal-response.ts';
import { headerValues } from './request-headers.ts';

export interface ConsoleProxyOptions {
  /** Where the console listens; only the origin counts. */
  readonly target: URL;
  readonly log: HttpLog;
  /** Origins of the identity providers' sign-in pages, read at each redirect. */
  readonly identityOrigins: () => readonly string[];
  /** Peers whose `X-Forwarded-*` counts, read at each request. */
  readonly trustedProxies: () => CompiledCidrs;
  /** Silence of the console after which it counts as unreachable. */
  readonly timeoutMs?: number;
}

export interface ConsoleProxy {
  /** Carries one request; always answers or closes. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Closes the connections to the console. */
  readonly close: () => void;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 1_048_576;
/** Bodies of all console requests together. */
const MAX_BYTES_IN_FLIGHT = 33_554_432;
/** A browser opens six at a time; this many browsers may load pages at once. */
const MAX_CONNECTIONS = 128;

/** Builds the proxy; nothing is opened before the first request. */
export function createConsoleProxy(options: ConsoleProxyOptions): ConsoleProxy {
  const { target, log, timeoutMs = TIMEOUT_MS } = options;
  // No kept connections: a console that restarts would otherwise fail the first requests after it.
  const agent = new (target.protocol === 'https:' ? HttpsAgent : HttpAgent)({ maxSockets: MAX_CONNECTIONS });
  const proxy = httpProxy.createProxyServer({
    target: targetOf(target),
    agent,
    // The console is reached by its own name, which its certificate bears; the browser's is in X-Forwarded-Host.
    changeOrigin: true,
    // The path as it came, not as a second parser would write it.
    toProxy: true,
    selfHandleResponse: true,
    proxyTimeout: timeoutMs,
  });
  proxy.on('proxyReq', cancelWithClient);
  proxy.on('proxyRes', (answer, request, response) => {
    try {
      copyAnswer(answer, request, response, options);
    } catch (error) {
      answer.destroy();
      answerFailure(error, request, response, log);
    }
  });
  const inFlight = new ByteBudget(MAX_BYTES_IN_FLIGHT);
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const fail = (error: unknown) => answerFailure(error, request, response, log);
    try {
      const body = await readBody(request, response, { maxBytes: MAX_BODY_BYTES, inFlight });
      const facts = forwardedFacts(request, options.trustedProxies());
      request.headers = consoleRequestHeaders(request.rawHeaders, body.length, facts);
      proxy.web(request, response, { buffer: Readable.from(body.length > 0 ? [body] : []) }, fail);
    } catch (error) {
      fail(error);
    }
  };
  return { handle: (request, response) => void handle(request, response), close: () => agent.destroy() };
}

function targetOf({ protocol, hostname, port }: URL) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return { protocol, host, hostname: host, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** What a trusted balancer says of name and scheme counts; from anybody else the connection itself is asked. */
function forwardedFacts(request: IncomingMessage, trustedProxies: CompiledCidrs): ForwardedFacts {
  const peer = request.socket.remoteAddress?.replace(/^::ffff:/i, '') ?? '';
  const said = (name: string) => (isInside(trustedProxies, peer) ? headerValues(request, name).at(-1) : undefined);
  const proto = said('x-forwarded-proto') ?? ((request.socket as TLSSocket).encrypted ? 'https' : 'http');
  const host = [said('x-forwarded-host'), request.headers.host].find(isHost);
  // HTTP/1.0 needs no Host, a page with links does.
  if (host === undefined) throw new RequestRefused('invalid_request', { param: 'host' });
  return { clientAddress: clientAddress(request, trustedProxies), host, proto: proto === 'https' ? 'https' : 'http' };
}

function isHost(value: string | undefined): boolean {
  return value !== undefined && URL.canParse(`http://${value}`) && !/[/\\@?#\s]/.test(value);
}

function cancelWithClient(upstream: ClientRequest, _request: IncomingMessage, response: ServerResponse): void {
  if (response.closed) upstream.destroy();
  else response.once('close', () => upstream.destroy());
}

function copyAnswer(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
  options: ConsoleProxyOptions,
): void {
  // An answer that ends early says so to the pipeline below; this listener only keeps it from being nobody's error.
  answer.on('error', () => {});
  const location = judgeLocation(answer, request, options);
  if (location === 'refused') {
    options.log.warn('the console redirects to an origin that is not listed', { status: answer.statusCode });
    answer.destroy();
    sendRefusal(response, 'upstream_redirect');
    return;
  }
  response.statusCode = answer.statusCode ?? 502;
  for (const [name, value] of consoleResponseHeaders(answer.rawHeaders)) response.appendHeader(name, value);
  if (location !== undefined) response.setHeader('location', location.value);
  // Destroys the response when the console dies in the middle: a cut answer must look cut.
  pipeline(answer, response, () => {});
}

function judgeLocation(
  answer: IncomingMessage,
  request: IncomingMessage,
  options: ConsoleProxyOptions,
): { readonly value: string } | 'refused' | undefined {
  const { location } = answer.headers;
  if (location === undefined) return undefined;
  const proto = request.headers['x-forwarded-proto'];
  const value = judgeRedirect(location, request.url ?? '/', {
    publicOrigin: new URL(`${proto}://${request.headers['x-forwarded-host']}`).origin,
    consoleOrigin: options.target.origin,
    identityOrigins: options.identityOrigins(),
  });
  return value === undefined ? 'refused' : { value };
}

function answerFailure(error: unknown, request: IncomingMessage, response: ServerResponse, log: HttpLog): void {
  if (error instanceof ClientGone || response.closed || response.destroyed) return;
  if (error instanceof RequestRefused) {
    sendRefusal(response, error.code, error.details);
    return;
  }
  const problem = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
  log.warn('the console does not answer', { problem });
  if (response.headersSent) response.destroy();
  else answerConsoleUnreachable(request, response);
}
