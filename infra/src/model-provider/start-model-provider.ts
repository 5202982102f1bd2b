// The development model provider: an OpenAI-compatible server on loopback that says what it received, answers the same
// every time, and fails in every way that a real one can, on demand.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiEndpoint, answerRequest, isLive } from './answer-request.ts';
import { handleControl } from './control-endpoint.ts';
import { ControlState } from './control-state.ts';
import { BodyTooLarge, INVALID_KEY, parseJson, readText, sendError, sendJson } from './http-answers.ts';
import { MODELS } from './models.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';

/** Twice what the gateway lets through. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const CREATED_SECONDS = 1_704_067_200;
const API_PATH = /^\/(?:v1|openai\/deployments\/([^/]+)|openai\/v1)\/(chat\/completions|embeddings)$/;

const LIST_PATH = /^\/(?:v1|openai|openai\/v1)\/models(?:\?|$)/;

export interface ModelProviderOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Demanded as bearer token (or Azure's `api-key`); absent or empty: nobody is refused. */
  readonly apiKey?: string | undefined;
  /** Rate of streams until the control endpoint says otherwise; 0 (default) = as fast as they are read. */
  readonly chunksPerSecond?: number;
}

export interface RunningModelProvider {
  /** Base URL without a path, `http://127.0.0.1:<port>`; the API is below `/v1`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts the provider; resolves when it answers. Rejects when the port is taken. */
export async function startModelProvider(options: ModelProviderOptions): Promise<RunningModelProvider> {
  const site = new ModelProviderSite(options);
  const server = createServer((request, response) => void site.handle(request, response));
  // Small portions shall leave as they are written: tests of chunk borders depend on it.
  server.on('connection', (socket) => socket.setNoDelay(true));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closeServer(server) };
}

/** What stands behind the listener: settings and rules, the log of requests, and the routes. */
class ModelProviderSite {
  readonly #state: ControlState;
  readonly #logs = { calls: new RequestLog(), listings: new RequestLog() };
  readonly #apiKey: string | undefined;

  constructor({ apiKey, chunksPerSecond }: ModelProviderOptions) {
    this.#state = new ControlState(chunksPerSecond ?? 0);
    this.#apiKey = apiKey === '' ? undefined : apiKey;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === '/health') return sendJson(response, 200, { status: 'ok' });
      if (request.url?.startsWith('/control')) return await handleControl(this.#state, this.#logs, request, response);
      await this.#handleApi(request, response);
    } catch (error) {
      if (response.destroyed || request.destroyed) return;
      if (response.headersSent) response.destroy();
      else if (error instanceof BodyTooLarge) sendJson(response, 413, { error: { message: error.message } });
      else sendJson(response, 500, { error: { message: String(error) } });
    }
  }

  async #handleApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    let recorded: RecordedRequest | undefined;
    let outcome: 'completed' | 'cut' | undefined;
    response.once('close', () => {
      gone.abort();
      if (!recorded) return;
      recorded.outcome = outcome === 'cut' ? 'cut' : response.writableFinished ? 'completed' : 'client-gone';
      recorded.endedAt = new Date().toISOString();
    });
    const rawBody = await readText(request, MAX_BODY_BYTES);
    recorded = this.#record(request, rawBody);
    if (!this.#isAuthorized(request)) return sendError(response, INVALID_KEY);

    const path = request.url ?? '/';
    if (isListing(request)) return this.#listModels(response);
    const match = API_PATH.exec(path.replace(/\?.*/s, ''));
    if (request.method !== 'POST' || !match) return sendError(response, unknownUrl(request.method ?? '', path));

    const [, deployment, endpoint] = match;
    const { method, headers } = request;
    const call = { method, path, headers, rawBody, deployment, endpoint: endpoint as ApiEndpoint, signal: gone.signal };
    outcome = await answerRequest(this.#state, call, response);
  }

  #record(request: IncomingMessage, rawBody: string): RecordedRequest | undefined {
    if (!this.#state.settings.record) return undefined;
    const log = isListing(request) ? this.#logs.listings : this.#logs.calls;
    return log.add({
      receivedAt: new Date().toISOString(),
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      rawBody,
      body: parseJson(rawBody) ?? null,
    });
  }

  #isAuthorized({ headers }: IncomingMessage): boolean {
    if (this.#apiKey === undefined) return true;
    return isSame(headers.authorization, `Bearer ${this.#apiKey}`) || isSame(headers['api-key'], this.#apiKey);
  }

  #listModels(response: ServerResponse): void {
    const live = MODELS.filter((model) => isLive(this.#state.settings, model.id));
    const data = live.map(({ id }) => ({ id, object: 'model', created: CREATED_SECONDS, owned_by: 'secrouter' }));
    sendJson(response, 200, { object: 'list', data });
  }
}

function isListing({ method, url = '/' }: IncomingMessage): boolean {
  return method === 'GET' && LIST_PATH.test(url);
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(expected));
}

function unknownUrl(method: string, path: string) {
  const message = `Unknown request URL: ${method} ${path}.`;
  return { status: 404, message, type: 'invalid_request_error', code: 'unknown_url', param: null };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
