// Composition root of the console's process. Built once and held by the global object, because Next loads modules more than
// once in one process; closed by the end of the process.
import { randomUUID } from 'node:crypto';
import { type RedisKeys, redisKeys, VerifiedTokenCache } from '@secrouter/proto';
import { Redis } from 'ioredis';
import type pg from 'pg';
import type { Logger } from 'pino';
import { appendAuditEvents } from '../audit/append-audit-events.ts';
import { fetchKeyDocument } from '../auth/fetch-key-document.ts';
import { IssuerKeys } from '../auth/issuer-keys.ts';
import { createPrisma, type PrismaClient } from '../db/create-prisma.ts';
import { openPool } from '../db/open-pool.ts';
import { createLogger } from '../environment/create-logger.ts';
import type { PublishDependencies } from '../policy/publish.ts';
import { PublishedPolicyReader } from '../policy/published-policy.ts';
import { readSigningKey } from '../policy/signing-key.ts';
import { type ConsoleConfig, readConsoleConfig } from './config.ts';

const POOL_SIZE = 20;
const REDIS_COMMAND_TIMEOUT_MS = 2_000;

export interface ConsoleContext {
  readonly config: ConsoleConfig;
  readonly log: Logger;
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly policyReader: PublishedPolicyReader;
  readonly issuerKeys: IssuerKeys;
  readonly tokenCache: VerifiedTokenCache;
  readonly publishing: PublishDependencies;
}

const HOLDER = Symbol.for('secrouter.console-context');

/** The console's context; built at the first call. */
export function consoleContext(): ConsoleContext {
  const holder = globalThis as { [HOLDER]?: ConsoleContext };
  holder[HOLDER] ??= createConsoleContext(readConsoleConfig());
  return holder[HOLDER];
}

/** Builds a context from settings; tests build their own. */
export function createConsoleContext(config: ConsoleConfig): ConsoleContext {
  const log = createLogger('console', config.logLevel);
  const pool = openPool({ databaseUrl: config.databaseUrl, name: 'secrouter-console', size: POOL_SIZE }, log);
  const redis = new Redis(config.redisUrl, { maxRetriesPerRequest: 1, commandTimeout: REDIS_COMMAND_TIMEOUT_MS });
  redis.on('error', () => undefined); // every command's own failure is reported where it matters
  const { cell } = config;
  return {
    config,
    log,
    pool,
    prisma: createPrisma(pool),
    redis,
    keys: redisKeys(cell, config.redisPrefix),
    policyReader: new PublishedPolicyReader(pool, cell),
    issuerKeys: new IssuerKeys({ directory: config.keyCacheDirectory, fetchJson: fetchKeyDocument, log }),
    tokenCache: new VerifiedTokenCache(),
    publishing: {
      pool,
      cell,
      signingKey: readSigningKey(config.signingKeyFile).privateKey,
      appendAudit: (client, events) => appendAuditEvents(client, cell, events),
      auditOrigin: { cell, podId: 'console', podStream: randomUUID() },
    },
  };
}

/** Closes what `createConsoleContext` opened. */
export async function closeConsoleContext(context: ConsoleContext): Promise<void> {
  await context.issuerKeys.close();
  await context.prisma.$disconnect();
  context.redis.disconnect();
  await context.pool.end();
}
