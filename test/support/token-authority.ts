// A stand-in for Entra's token endpoint: numbered tokens, and every way in which an authority can fail, chosen by the
// client that asks. Remembers all that was said to it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly form: Readonly<Record<string, string>>;
  readonly token: string | undefined;
}

/** How a client is answered; a token that lives an hour otherwise. */
export type AuthorityAnswer =
  | { readonly expiresIn: number | string }
  | { readonly redirectTo: string }
  | { readonly html: true }
  | { readonly hang: true };

export interface TokenAuthority {
  readonly url: string;
  /** What this client asked, in order. */
  readonly requestsOf: (clientId: string) => readonly TokenRequest[];
  readonly close: () => Promise<void>;
}

/** Every token begins with this, so that a test can look for it where none may be. */
export const TOKEN_MARKER = 'planted-entra-token-7d41';

/** Starts one on any free port. */
export async function startTokenAuthority(answers: Readonly<Record<string, AuthorityAnswer>>): Promise<TokenAuthority> {
  const requests: TokenRequest[] = [];
  const server = createServer((request, response) => void answer(request, response, answers, requests));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestsOf: (clientId) => requests.filter(({ form }) => form.client_id === clientId),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  answers: Readonly<Record<string, AuthorityAnswer>>,
  requests: TokenRequest[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
  const plan = answers[form.client_id ?? ''] ?? { expiresIn: 3_600 };
  const token = 'expiresIn' in plan ? `${TOKEN_MARKER}-${form.client_id}-${requests.length}` : undefined;
  const { method = '', url: path = '' } = request;
  requests.push({ method, path, contentType: request.headers['content-type'], form, token });
  if ('hang' in plan) return;
  if ('redirectTo' in plan) response.writeHead(307, { location: plan.redirectTo }).end();
  else if ('html' in plan) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
  else {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token_type: 'Bearer', expires_in: plan.expiresIn, access_token: token }));
  }
}
