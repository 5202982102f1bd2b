// The routes of the data plane. Paths match exactly; what is not listed is a 404 that names what is.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestRefused } from '@secrouter/proto';
import express, { type Express } from 'express';
import { answerRequest, writeRefusal } from '../request/answer-request.ts';
import { governRequest } from '../request/govern-request.ts';
import type { PodServices } from '../request/pod-services.ts';
import { allowOrigin } from './cors.ts';
import { listModels, showModel } from './routes/models.ts';
import {
  type Readiness,
  requireAdmin,
  showHealth,
  showMetrics,
  showReadiness,
  showStats,
} from './routes/operations.ts';
import { type ReadLedger, showUsage } from './routes/usage.ts';

/** What the routes need besides the services. */
export interface AppOptions {
  readonly services: PodServices;
  readonly readiness: () => Readiness;
  readonly metricsBearer: () => string | undefined;
  readonly readLedger: ReadLedger;
  readonly fleet: () => { readonly pods: number; readonly counters: PodServicesCounters };
  readonly startedAtMs: number;
  readonly console: { readonly handle: (request: IncomingMessage, response: ServerResponse) => void };
  /** Re-reads this pod's secrets. */
  readonly reloadSecrets: () => void;
  readonly isDraining: () => boolean;
}

type PodServicesCounters = ReturnType<PodServices['metrics']['list']>;

const DRAINING_RETRY_SECONDS = 1;

/** Builds the Express application. */
export function buildApp(options: AppOptions): Express {
  const { services } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  app.enable('strict routing');

  app.get('/health', (_request, response) => showHealth(response));
  app.get('/ready', (_request, response) => showReadiness(response, options.readiness()));
  app.get('/metrics', (request, response) => {
    showMetrics(request, response, services, options.metricsBearer()).catch((error: unknown) =>
      refuse(request, response, error),
    );
  });
  app.use((request, response, next) => {
    const origins = services.policies.current?.config.security.cors.allowedOrigins ?? [];
    allowOrigin(request, response, origins);
    if (request.method === 'OPTIONS') response.writeHead(204, { 'content-length': '0' }).end();
    else if (options.isDraining())
      writeRefusal(request, response, new RequestRefused('draining', { retryAfterSeconds: DRAINING_RETRY_SECONDS }));
    else next();
  });
  addGovernedRoutes(app, options);
  addAdminRoutes(app, options);
  app.use((request, response) => refuse(request, response, unknownAddress(request)));
  app.use((error: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown) => {
    refuse(request, response, isBadPath(error) ? new RequestRefused('not_found') : error);
  });
  return app;
}

function addGovernedRoutes(app: Express, { services, readLedger }: AppOptions): void {
  for (const [endpoint, path] of [
    ['chat', '/chat/completions'],
    ['embeddings', '/embeddings'],
  ] as const) {
    app.all([path, `/v1${path}`], (request, response) => {
      void answerRequest(endpoint, request, response, services, (context, facts) => {
        requireMethod(request, ['POST']);
        return governRequest(endpoint, request, response, context, services, facts);
      });
    });
  }
  app.all(['/models', '/v1/models'], (request, response) => {
    void answerRequest('models', request, response, services, async (context, facts) => {
      requireMethod(request, ['GET', 'HEAD']);
      facts.grant = await listModels(request, response, context, services);
    });
  });
  app.all(['/models/*id', '/v1/models/*id'], (request, response) => {
    void answerRequest('models', request, response, services, async (context, facts) => {
      requireMethod(request, ['GET', 'HEAD']);
      const id = (request.params.id as unknown as readonly string[]).join('/');
      facts.grant = await showModel(id, request, response, context, services);
    });
  });
  app.all(['/usage', '/v1/usage'], (request, response) => {
    void answerRequest('usage', request, response, services, async (context, facts) => {
      requireMethod(request, ['GET', 'HEAD']);
      facts.grant = await showUsage(request, response, context, services, readLedger);
    });
  });
}

function addAdminRoutes(app: Express, options: AppOptions): void {
  const { services } = options;
  app.all('/stats', (request, response) => {
    void answerRequest('stats', request, response, services, async (context, facts) => {
      requireMethod(request, ['GET']);
      facts.grant = await requireAdmin(request, context, services);
      showStats(response, services.metrics.list(), options.fleet(), options.startedAtMs);
    });
  });
  const proxy = (request: IncomingMessage, response: ServerResponse, path: string) => {
    request.url = path;
    options.console.handle(request, response);
  };
  app.all('/config', (request, response) => {
    if (request.method === 'GET') proxy(request, response, '/admin/api/config');
    else refuse(request, response, methodRefusal(['GET']));
  });
  app.all(['/reload', '/reload-config'], (request, response) => {
    if (request.method !== 'POST') {
      refuse(request, response, methodRefusal(['POST']));
      return;
    }
    options.reloadSecrets();
    proxy(request, response, '/admin/api/reload');
  });
  app.use((request, response, next) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/admin' || pathname.startsWith('/admin/')) options.console.handle(request, response);
    else next();
  });
}

function requireMethod(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? '')) throw methodRefusal(methods);
}

function methodRefusal(methods: readonly string[]): RequestRefused {
  return new RequestRefused('method_not_allowed', { headers: { allow: methods.join(', ') } });
}

function unknownAddress(request: IncomingMessage): RequestRefused {
  const path = request.url ?? '';
  return new RequestRefused(/^\/v1(\/|$|\?)/.test(path) ? 'unsupported_endpoint' : 'not_found');
}

// Express throws a URIError for a path whose percent-encoding is broken.
function isBadPath(error: unknown): boolean {
  return error instanceof URIError || (error instanceof Error && error.name === 'BadRequestError');
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  writeRefusal(
    request,
    response,
    error instanceof RequestRefused ? error : new RequestRefused('upstream_error', { cause: error }),
  );
}
