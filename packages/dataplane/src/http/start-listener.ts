// The data plane's door: node:http with every limit named, strict in what it reads, and no policy of its own.
// A client that closes its sending side counts as gone, and its request is cancelled: no client of this API does
// that and then reads, and the alternative keeps paying for answers that nobody will see.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { RefusalCode } from '@secrouter/proto';
import { FrontConnection, type FrontContext } from './front-connection.ts';
import type { HttpLimits } from './http-limits.ts';
import type { HttpLog } from './http-log.ts';
import { holdContinue } from './send-continue.ts';
import { type ListenerTls, readTlsMaterial, reloadTls } from './tls-context.ts';

export interface ListenerOptions {
  /** Called once a request whose head is sound, in the order of its connection. Must answer and must not throw. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: ListenerTls;
  readonly limits: HttpLimits;
  readonly log: HttpLog;
  /** Told of every refusal that no handler saw, for counters per code and source. */
  readonly onRefused?: (code: RefusalCode, remoteAddress: string | undefined) => void;
}

export interface Listener {
  readonly server: Server;
  readonly address: AddressInfo;
  /** Open connections, for the gauge. */
  readonly connectionCount: () => number;
  /** From now on every answer is its connection's last; new connections and requests are still served. */
  readonly startDraining: () => void;
  /** Closes the listening socket and idle connections; what runs goes on, with its answer as the last one. */
  readonly stopAccepting: () => void;
  /** Stops accepting, waits for what runs, destroys what is left after the grace; resolves when nothing is open. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** Connections above the cap that are told so with a 503; those beyond are dropped without a word. */
const MAX_CONNECTIONS_TOLD = 256;
const OVERLOAD_RETRY_SECONDS = 1;

/** Opens the listener; rejects when the port is taken or the TLS files cannot be used. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { limits, tls, log } = options;
  const material = tls === undefined ? undefined : await readTlsMaterial(tls);
  const server = material === undefined ? createServer(serverOptions(limits)) : openTlsServer(limits, material);
  server.maxConnections = limits.maxConnections + MAX_CONNECTIONS_TOLD;
  // Node drops header lines beyond this number in silence, `Authorization` among them. 0 is "none dropped"; the
  // head's judgement counts them.
  server.maxHeadersCount = 0;
  const front = openFront(server, options, material === undefined ? 'connection' : 'secureConnection');
  server.listen(options.port, options.host);
  await once(server, 'listening');
  server.on('error', (error) => log.warn('connections cannot be accepted', { problem: error.message }));
  const stopReloading =
    tls === undefined || material === undefined
      ? () => {}
      : reloadTls(server as TlsServer, tls, material, limits.tlsReloadMs, log);
  return { server, address: server.address() as AddressInfo, ...shutdownOf(server, front, stopReloading) };
}

function serverOptions(limits: HttpLimits): ServerOptions {
  return {
    insecureHTTPParser: false,
    maxHeaderSize: limits.maxHeaderBytes,
    // Judged in JSON by judgeHead.
    requireHostHeader: false,
    // The check comes round every step, so the limit itself holds only when a step is taken off.
    headersTimeout: Math.max(1, limits.headersTimeoutMs - limits.timerStepMs),
    connectionsCheckingInterval: limits.timerStepMs,
    // Bodies have their own clock (`readBody`): a 32 MiB upload may take longer than any fixed time.
    requestTimeout: 0,
    keepAliveTimeout: Math.max(1, limits.keepAliveTimeoutMs - limits.timerStepMs),
    keepAliveTimeoutBuffer: limits.timerStepMs,
  };
}

function openTlsServer(limits: HttpLimits, material: Awaited<ReturnType<typeof readTlsMaterial>>): TlsServer {
  return createTlsServer({
    ...serverOptions(limits),
    ...material,
    handshakeTimeout: limits.tlsHandshakeTimeoutMs,
    ALPNProtocols: ['http/1.1'],
  });
}

/** The listener's shared state: its connections and whether it is leaving. */
interface Front {
  readonly connections: Map<Socket, FrontConnection>;
  isDraining: boolean;
}

function openFront(server: Server, options: ListenerOptions, connectionEvent: string): Front {
  const front: Front = { connections: new Map(), isDraining: false };
  const { limits, handler, onRefused = () => {} } = options;
  const context: FrontContext = { limits, handler, onRefused, isDraining: () => front.isDraining };
  const connectionOf = (socket: Socket): FrontConnection => {
    const known = front.connections.get(socket);
    if (known !== undefined) return known;
    const connection = new FrontConnection(context, socket);
    front.connections.set(socket, connection);
    socket.once('close', () => front.connections.delete(socket));
    return connection;
  };
  server.on(connectionEvent, (socket: Socket) => {
    const connection = connectionOf(socket);
    if (front.connections.size > limits.maxConnections) {
      connection.refuse('overloaded', { retryAfterSeconds: OVERLOAD_RETRY_SECONDS });
    }
  });
  const accept = (request: IncomingMessage, response: ServerResponse) =>
    connectionOf(request.socket).accept(request, response);
  server.on('request', accept);
  server.on('checkExpectation', accept);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    holdContinue(request);
    accept(request, response);
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => refuseTunnel(connectionOf(socket), socket));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => connectionOf(socket).fail(error));
  return front;
}

/** CONNECT takes the socket out of Node's hands, its error listener included. */
function refuseTunnel(connection: FrontConnection, socket: Socket): void {
  socket.on('error', () => socket.destroy());
  if (connection.isBusy) connection.destroy();
  else connection.refuse('method_not_allowed');
}

function shutdownOf(server: Server, front: Front, stopReloading: () => void) {
  let closed: Promise<unknown> | undefined;
  const startDraining = () => {
    front.isDraining = true;
  };
  const stopAccepting = () => {
    startDraining();
    if (closed !== undefined) return;
    stopReloading();
    closed = once(server, 'close');
    server.close();
    for (const connection of front.connections.values()) connection.endIfIdle();
  };
  const close = async (graceMs: number) => {
    stopAccepting();
    const timer = setTimeout(() => {
      for (const connection of front.connections.values()) connection.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  };
  return { connectionCount: () => front.connections.size, startDraining, stopAccepting, close };
}
