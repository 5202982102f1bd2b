// What answers the admin API, over a configuration world: no HTTP server, the same context as the console's process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConsoleContext, closeConsoleContext, createConsoleContext } from '@secrouter/controlplane';
import type { ConfigWorld } from './config-world.ts';

export interface ConsoleWorld {
  readonly context: ConsoleContext;
  readonly close: () => Promise<void>;
}

/** Opens the context; closing it leaves the configuration world open. */
export async function openConsoleWorld(world: ConfigWorld, redisUrl: string): Promise<ConsoleWorld> {
  const keyCacheDirectory = await mkdtemp(join(tmpdir(), 'secrouter-keys-'));
  const context = createConsoleContext({
    databaseUrl: world.databaseUrl,
    redisUrl,
    redisPrefix: 'secrouter',
    cell: 'main',
    keyCacheDirectory,
    configFile: world.configFile,
    listenersOnLoopback: true,
    signingKeyFile: world.signingKeyFile,
    auditSigningKeyFile: world.signingKeyFile,
    nextAuthSecretFile: world.signingKeyFile,
    nextAuthUrl: 'http://127.0.0.1:18800/admin/api/auth',
    logLevel: 'silent',
  });
  return {
    context,
    close: async () => {
      await closeConsoleContext(context);
      await rm(keyCacheDirectory, { recursive: true, force: true });
    },
  };
}
