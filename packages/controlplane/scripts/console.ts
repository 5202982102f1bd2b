// The console's process: serves the built console on loopback, where the data plane finds it behind /admin.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import next from 'next';
import { pino } from 'pino';
import { BARE_CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../src/console/security-headers.ts';
import { consoleEnvironmentSchema } from '../src/context/config.ts';
import { requireEnvironment } from '../src/environment/require-environment.ts';

const EXIT_FAILED = 1;
/** Open requests get this long after SIGTERM; pages take far less. */
const CLOSE_TIMEOUT_MS = 2_000;
/** A page or an admin call that takes longer to arrive is not one. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Above the data plane's, so that a connection it reuses is never being closed here (RFC 9112, 9.5). */
const KEEP_ALIVE_TIMEOUT_MS = 90_000;
const PACKAGE_DIR = join(import.meta.dirname, '..');

// Judged before anything starts: all problems at once, exit 78.
const environment = requireEnvironment(consoleEnvironmentSchema, process.env);
const { SECROUTER_CONSOLE_PORT: port, SECROUTER_BIND: hostname, NEXTAUTH_URL: authUrl } = environment;
const log = pino({ name: 'console', level: environment.SECROUTER_LOG_LEVEL });
if (!existsSync(join(PACKAGE_DIR, '.next', 'BUILD_ID'))) {
  log.fatal('the console is not built: run `next build` in packages/controlplane (npm start does it)');
  process.exit(EXIT_FAILED);
}
process.env.NEXT_TELEMETRY_DISABLED = '1';
// next-auth reads it for itself, and would trust the Host header without it.
process.env.NEXTAUTH_URL = authUrl;

const app = next({ dev: false, dir: PACKAGE_DIR, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const isHttps = authUrl.startsWith('https:');

const server = createServer((request, response) => {
  // Before Next: its own redirects (a trailing slash) and static files pass no proxy file.
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
  response.setHeader('content-security-policy', BARE_CONTENT_SECURITY_POLICY);
  if (isHttps) response.setHeader('strict-transport-security', 'max-age=31536000');
  void handle(request, response);
});
server.requestTimeout = REQUEST_TIMEOUT_MS;
server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
server.on('error', (error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EADDRINUSE' ? `port ${port} is taken; SECROUTER_CONSOLE_PORT moves it` : error.message;
  log.fatal({ port }, `the console cannot listen: ${reason}`);
  process.exit(EXIT_FAILED);
});
server.listen(port, hostname, () => log.info({ port }, 'console ready'));

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close(signal));

/** Stop accepting, let open requests end, then Next, then the process with its connections to the stores. */
async function close(signal: string): Promise<void> {
  log.info({ signal }, 'console stopping');
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
  await app.close();
  process.exit(0);
}
