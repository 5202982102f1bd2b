// Spreads connections over the pods of the quick start, in turn, skipping pods that are not ready. It works on TCP:
// nothing is parsed, so streams and headers pass exactly as they are.
import { connect, createServer, type Socket } from 'node:net';
import { orderBackends } from './order-backends.ts';

const PROBE_INTERVAL_MS = 1_000;

export interface BalancerOptions {
  readonly port: number;
  readonly host: string;
  readonly backendPorts: readonly number[];
  /** Whether the pod on this port can serve now. */
  readonly isReady: (port: number) => Promise<boolean>;
}

export interface Balancer {
  readonly port: number;
  /** Ends every connection; the pods have drained before. */
  close(): Promise<void>;
}

/** Listens and forwards until it is closed. */
export async function startBalancer({ port, host, backendPorts, isReady }: BalancerOptions): Promise<Balancer> {
  const readyPorts = new Set<number>(backendPorts);
  const sockets = new Set<Socket>();
  let turn = 0;

  const server = createServer({ pauseOnConnect: true, noDelay: true, allowHalfOpen: true }, (client) => {
    track(client, sockets);
    const order = orderBackends(backendPorts, readyPorts, turn);
    turn += 1;
    forward(client, order, sockets);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

  const probe = async () => {
    const states = await Promise.all(backendPorts.map(async (backend) => ({ backend, isUp: await isReady(backend) })));
    for (const { backend, isUp } of states) isUp ? readyPorts.add(backend) : readyPorts.delete(backend);
  };
  const timer = setInterval(() => void probe(), PROBE_INTERVAL_MS);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

// Tries the pods in order until one accepts; none of the client's bytes has been read before that.
function forward(client: Socket, [backend, ...others]: readonly number[], sockets: Set<Socket>): void {
  if (backend === undefined) {
    client.destroy();
    return;
  }
  const upstream = connect({ port: backend, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  track(upstream, sockets);
  const giveUp = () => forward(client, others, sockets);
  upstream.once('error', giveUp);
  upstream.once('connect', () => {
    upstream.off('error', giveUp);
    join(client, upstream);
  });
}

// `pipe` passes an orderly end on; an abrupt one on either side has to end the other as well.
function join(client: Socket, upstream: Socket): void {
  if (client.destroyed) {
    upstream.destroy();
    return;
  }
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
  client.pipe(upstream).pipe(client);
}

function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => sockets.delete(socket));
}
