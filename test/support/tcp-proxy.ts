// A TCP proxy between two processes of the system: what passes can be held back, as by a network that drops packets, or
// cut off.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A running proxy. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #state: 'open' | 'held' | 'cut' = 'open';
  /** Bytes that went through, both ways. */
  passedBytes = 0;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#carry(client, targetPort));
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpProxy(server, targetPort);
  }

  /** Connections stay open and nothing passes any more: neither end is told. */
  hold(): void {
    this.#state = 'held';
  }

  /** Connections are reset, new ones at once. */
  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** New connections pass again. Those that were held have lost bytes: they are reset. */
  restore(): void {
    this.cut();
    this.#state = 'open';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket, targetPort: number): void {
    if (this.#state === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        if (this.#state !== 'open') return;
        this.passedBytes += chunk.byteLength;
        to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        if (this.#state !== 'held') to.destroy();
      });
    }
  }
}
