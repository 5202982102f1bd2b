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

export interface RecordingServer {
  readonly port: number;
  readonly requests: ReceivedRequest[];
  /** Connections that were opened, whether or not anything was said on them. */
  readonly connectionCount: () => number;
  readonly close: () => Promise<void>;
}

/** Starts one on any free port; with a certificate it speaks TLS. */
export async function startRecordingServer(
  options: { readonly certificate?: IssuedCertificate; readonly host?: string } = {},
): Promise<RecordingServer> {
  const { certificate, host = '127.0.0.1' } = options;
  const requests: ReceivedRequest[] = [];
  const handler = (request: IncomingMessage, response: ServerResponse) => void answer(request, response, requests);
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
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
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

async function answer(request: IncomingMessage, response: ServerResponse, requests: ReceivedRequest[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  requests.push({ method: request.method ?? '', path: request.url ?? '', rawHeaders: request.rawHeaders, body });
  response.setHeader('content-type', 'application/json');
  response.end(COMPLETION);
}

const COMPLETION = JSON.stringify({
  id: 'chatcmpl-recorded',
  object: 'chat.completion',
  created: 1_704_067_200,
  model: 'recorded',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Recorded.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
