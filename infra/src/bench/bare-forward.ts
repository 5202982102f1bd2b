// The floor of the comparison, a process of its own: express and undici as the data plane has them, JSON parsed and
// serialised in both directions, nothing else. argv[2] is its port, argv[3] the upstream's origin.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';

interface BareRequest extends IncomingMessage {
  readonly body: { readonly stream?: boolean };
}
interface BareResponse extends ServerResponse {
  json(value: unknown): void;
}
interface Application {
  disable(setting: string): void;
  use(handler: unknown): void;
  post(path: string, handler: (request: BareRequest, response: BareResponse) => void): void;
  listen(port: number, host: string): void;
}
interface Express {
  (): Application;
  json(): unknown;
}
interface Answer {
  readonly statusCode: number;
  readonly body: Readable & { json(): Promise<unknown> };
}
interface Undici {
  readonly Pool: new (
    origin: string,
  ) => {
    request(options: { path: string; method: 'POST'; headers: Record<string, string>; body: string }): Promise<Answer>;
  };
}

// The very copies that the data plane runs on.
const requireOfDataplane = createRequire(new URL('../../../packages/dataplane/package.json', import.meta.url));
const express = requireOfDataplane('express') as Express;
const { Pool } = requireOfDataplane('undici') as Undici;

const [, , port, origin = ''] = process.argv;
const upstream = new Pool(origin);
const app = express();
for (const setting of ['x-powered-by', 'etag']) app.disable(setting);
app.use(express.json());
app.post('/v1/chat/completions', (request, response) => {
  forward(request, response).catch((error: unknown) => {
    process.stderr.write(`bare forward: ${String(error)}\n`);
    response.destroy();
  });
});
app.listen(Number(port), '127.0.0.1');

async function forward(request: BareRequest, response: BareResponse): Promise<void> {
  const { statusCode, body } = await upstream.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request.body),
  });
  response.statusCode = statusCode;
  if (request.body.stream !== true) {
    response.json(await body.json());
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  body.pipe(response);
}
