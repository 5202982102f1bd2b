// The console's process: serves the built console on loopback, where the data plane finds it behind /admin.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import next from 'next';
import { pino } from 'pino';
import { BARE_CONTENT_SECURITY_POLICY, SECURITY_HEADERS } from '../src/console/security-headers.ts';

const EXIT_NOT_BUILT = 1;
const EXIT_CONFIG = 78;
const DEFAULT_PORT = 18_810;
const HIGHEST_PORT = 65_535;
/** Open requests get this long after SIGTERM; pages take far less. */
const CLOSE_TIMEOUT_MS = 3_000;
/** A page or an admin call that takes longer to arrive is not one. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Above the data plane's, so that a connection it reuses is never being closed here (RFC 9112, 9.5). */
const KEEP_ALIVE_TIMEOUT_MS = 90_000;

const PACKAGE_DIR = join(import.meta.dirname, '..');
const log = pino({ base: { process: 'console' }, level: process.env.SECROUTER_LOG_LEVEL ?? 'info' });

const port = readPort(process.env.SECROUTER_CONSOLE_PORT);
const hostname = process.env.SECROUTER_BIND ?? '127.0.0.1';
if (!existsSync(join(PACKAGE_DIR, '.next', 'BUILD_ID'))) {
  log.fatal('The console is not built. Run `next build` in packages/controlplane (npm start does it).');
  process.exit(EXIT_NOT_BUILT);
}
process.env.NEXT_TELEMETRY_DISABLED = '1';

const app = next({ dev: false, dir: PACKAGE_DIR, hostname, port });
await app.prepare();
const handle = app.getRequestHandler();
const isHttps = process.env.NEXTAUTH_URL?.startsWith('https:') === true;

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
  log.fatal({ port }, `console cannot listen: ${reason}`);
  process.exit(1);
});
server.listen(port, hostname, () => log.info({ port }, 'console listens'));

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());

/** Stop accepting, let open requests end, then Next, then the process with its database connections. */
async function close(): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  await closed;
  clearTimeout(timer);
  await app.close();
  log.info('console closed');
  process.exit(0);
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= HIGHEST_PORT) return value;
  log.fatal(`SECROUTER_CONSOLE_PORT: found "${text}", expected a port from 1 to ${HIGHEST_PORT}`);
  process.exit(EXIT_CONFIG);
}
