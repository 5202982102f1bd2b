// A second port for machines that watch the pod: /ready and /metrics without a token, where the operator asks for it.
import { createServer } from 'node:http';
import type { PodConfig } from '../config.ts';
import type { PodServices } from '../request/pod-services.ts';
import { type Readiness, showHealth, showReadiness, writeMetrics } from './routes/operations.ts';
import { sendJson } from './send-json.ts';

/** Opens the management port; undefined where none is configured. Rejects when it is taken. */
export async function startManagementListener(
  config: PodConfig,
  services: PodServices,
  readiness: () => Readiness,
): Promise<{ readonly close: () => Promise<void> } | undefined> {
  const port = config.SECROUTER_MANAGEMENT_PORT;
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    if (request.url === '/health') showHealth(response);
    else if (request.url === '/ready') showReadiness(response, readiness());
    else if (request.url === '/metrics' && config.SECROUTER_METRICS) void writeMetrics(response, services);
    else
      sendJson(response, 404, {
        error: { message: 'Not found', type: 'invalid_request_error', code: 'not_found', param: null },
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.SECROUTER_BIND, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
