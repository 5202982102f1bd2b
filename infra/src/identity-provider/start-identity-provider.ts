// The development identity provider: a real OpenID provider on loopback whose users are personas without passwords.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { answerFaulty, FAULT_MODES, type FaultMode, isFaultMode } from './discovery-faults.ts';
import { handleInteraction, INTERACTION_PATH } from './interaction.ts';
import { registerPersonaGrant } from './persona-grant.ts';
import { providerConfiguration } from './provider-configuration.ts';
import { readBody } from './read-body.ts';
import { RecordStore } from './record-store.ts';
import { API_RESOURCE, apiResourceServer } from './resource-server.ts';
import { loadOrCreateKeys, type ProviderKeys, rotateKeys } from './signing-keys.ts';

const MAX_CONTROL_BYTES = 4_096;
const DEFAULT_DELAY_MS = 10_000;
const MAX_DELAY_MS = 600_000;

export interface IdentityProviderOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Keys and sessions live in its folder `identity-provider`. */
  readonly homeDir: string;
  /** Origins at which the console is reached; its call-back must be on one of them. */
  readonly publicOrigins: readonly string[];
}

export interface RunningIdentityProvider {
  readonly issuer: string;
  readonly close: () => Promise<void>;
}

/** Starts the provider; resolves when it answers. Rejects when the port is taken. */
export async function startIdentityProvider(options: IdentityProviderOptions): Promise<RunningIdentityProvider> {
  const server = createServer();
  await listenOnLoopback(server, options.port);
  // The issuer contains the port, which is known only now when any free one was asked for.
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const site = await IdentityProviderSite.open(issuer, options);
  server.on('request', (request, response) => {
    site.handle(request, response).catch((error: unknown) => {
      process.stderr.write(`identity provider: ${error instanceof Error ? error.message : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return { issuer, close: () => closeServer(server) };
}

/** The provider behind its listener: which keys sign now, and which fault is switched on. */
class IdentityProviderSite {
  readonly #issuer: string;
  readonly #options: IdentityProviderOptions;
  readonly #keysFile: string;
  readonly #store: RecordStore;
  #keys: ProviderKeys;
  #provider: Provider;
  #mode: FaultMode = 'normal';
  #delayMs = DEFAULT_DELAY_MS;

  static async open(issuer: string, options: IdentityProviderOptions): Promise<IdentityProviderSite> {
    const keysFile = join(options.homeDir, 'identity-provider', 'keys.json');
    return new IdentityProviderSite(issuer, options, keysFile, await loadOrCreateKeys(keysFile));
  }

  private constructor(issuer: string, options: IdentityProviderOptions, keysFile: string, keys: ProviderKeys) {
    this.#issuer = issuer;
    this.#options = options;
    this.#keysFile = keysFile;
    this.#keys = keys;
    this.#store = new RecordStore(join(options.homeDir, 'identity-provider', 'sessions.json'));
    this.#provider = this.#createProvider();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page elsewhere that resolves its own name to 127.0.0.1 (DNS rebinding) must not fetch tokens here.
    if (!this.#isOwnHost(request.headers.host)) return sendJson(response, 421, { error: 'unknown host' });
    if (request.url === '/control') return await this.#control(request, response);
    if (request.url === '/health') return sendJson(response, 200, { status: 'ok' });
    if (await answerFaulty(this.#mode, this.#delayMs, this.#issuer, request, response)) return;
    if (request.url?.startsWith(INTERACTION_PATH)) return await handleInteraction(this.#provider, request, response);
    await this.#provider.callback()(request, response);
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return sendJson(response, 200, this.#state());
    // Asking for JSON keeps other sites' forms out: a browser sends that type only after a preflight.
    const isJson = request.headers['content-type']?.startsWith('application/json') === true;
    if (request.method !== 'POST' || !isJson) return sendJson(response, 400, { error: 'POST application/json' });
    const command = parseCommand((await readBody(request, MAX_CONTROL_BYTES)).toString('utf8'));
    if ('problem' in command) return sendJson(response, 400, { error: command.problem });
    if (command.mode === 'rotate') {
      this.#keys = await rotateKeys(this.#keysFile, this.#keys, command.dropOld);
      this.#provider = this.#createProvider();
    } else {
      this.#mode = command.mode;
      this.#delayMs = command.delayMs;
    }
    sendJson(response, 200, this.#state());
  }

  #state(): { mode: FaultMode; keyIds: (string | undefined)[] } {
    return { mode: this.#mode, keyIds: this.#keys.signing.map((key) => key.kid) };
  }

  #createProvider(): Provider {
    const keys = this.#keys;
    const provider = new Provider(this.#issuer, providerConfiguration(keys, this.#store, this.#options.publicOrigins));
    registerPersonaGrant(
      provider,
      () => new provider.ResourceServer(API_RESOURCE, apiResourceServer(keys.signing[0]?.kid ?? '')),
    );
    provider.on('server_error', (_ctx, error) => {
      process.stderr.write(`identity provider: ${error.stack ?? error.message}\n`);
    });
    return provider;
  }

  #isOwnHost(host: string | undefined): boolean {
    const { port } = new URL(this.#issuer);
    return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
  }
}

type Command =
  | { readonly mode: FaultMode | 'rotate'; readonly dropOld: boolean; readonly delayMs: number }
  | { readonly problem: string };

function parseCommand(text: string): Command {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { problem: 'The body is not JSON' };
  }
  const { mode, dropOld = false, delayMs = DEFAULT_DELAY_MS } = (body ?? {}) as Record<string, unknown>;
  if (mode !== 'rotate' && !isFaultMode(mode)) return { problem: `mode: one of ${FAULT_MODES.join(', ')}, rotate` };
  if (typeof dropOld !== 'boolean') return { problem: 'dropOld: true or false' };
  if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
    return { problem: `delayMs: 0 to ${MAX_DELAY_MS}` };
  }
  return { mode, dropOld, delayMs };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listenOnLoopback(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
