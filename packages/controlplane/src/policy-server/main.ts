// The policy server's process: settings, start, signals. Everything else is in its composition root.
import { EXIT_CONFIG } from '@secrouter/proto';
import { createLogger } from '../environment/create-logger.ts';
import { NothingToServe } from './bring-file-into-force.ts';
import { readPolicyServerConfig } from './config.ts';
import { startPolicyServer } from './create-policy-server.ts';

const config = readPolicyServerConfig();
const log = createLogger('policy-server', config.logLevel);

try {
  const server = await startPolicyServer(config, log);
  log.info({ port: server.port, cell: config.cell }, 'policy server ready');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal, server.close));
} catch (error) {
  log.fatal({ err: error }, 'the policy server could not start');
  process.exitCode = error instanceof NothingToServe ? EXIT_CONFIG : 1;
}

async function stop(signal: string, close: () => Promise<void>): Promise<void> {
  log.info({ signal }, 'policy server stopping');
  await close();
  process.exitCode = 0;
}
