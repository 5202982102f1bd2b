// A server that answers every request like a model and remembers all that was said to it, connections included: a
// provider behind TLS, or the place where a request must never arrive.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { IssuedCertificate } from './issue-certificate.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export interface RecordedAnswer {
  readonly status?: number;
  readonly body?: string;
}

export interface RecordingServer {
  readonly port: number;
  readonly requests: ReceivedRequest[];
  /** Connections that were opened, whether or not anything was said on them. */
  readonly connectionCount: () => number;
  readonly close: () => Promise<void>;
}

/** Starts one on any free port; with a certificate it speaks TLS. */
export async function startRecordingServer(
  options: {
    readonly certificate?: IssuedCertificate;
    readonly host?: string;
    /** 0, the default: any free one. */
    readonly port?: number;
    /** Another answer than a completion, or the same one later. */
    readonly answer?: (request: ReceivedRequest) => RecordedAnswer | Promise<RecordedAnswer>;
  } = {},
): Promise<RecordingServer> {
  const { certificate, host = '127.0.0.1', port = 0, answer = (): RecordedAnswer => ({}) } = options;
  const requests: ReceivedRequest[] = [];
  const handler = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await receive(request);
    requests.push(received);
    const { status = 200, body = COMPLETION } = await answer(received);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const server =
    certificate === undefined
      ? createServer(handler)
      : createTlsServer({ cert: certificate.certPem, key: certificate.keyPem }, handler);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    connectionCount: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url: path = '', rawHeaders } = request;
  return { method, path, rawHeaders, body: Buffer.concat(chunks) };
}

const COMPLETION = JSON.stringify({
  id: 'chatcmpl-recorded',
  object: 'chat.completion',
  created: 1_704_067_200,
  model: 'recorded',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Recorded.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
