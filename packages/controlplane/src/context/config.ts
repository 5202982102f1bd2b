// Environment of the console's process; the only place of this process that reads it.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portVariable } from '@secrouter/proto';
import { z } from 'zod';
import { requireEnvironment } from '../environment/require-environment.ts';
import {
  absolutePath,
  bindAddress,
  cellId,
  isLoopback,
  logLevel,
  postgresUrl,
  redisUrl,
} from '../environment/variables.ts';

/** Every variable that the console reads, in the order of `.env.example`. */
export const consoleEnvironmentSchema = z.object({
  DATABASE_URL: postgresUrl.describe('PostgreSQL'),
  REDIS_URL: redisUrl.describe('Redis of budgets, leases and the mirror'),
  SECROUTER_REDIS_PREFIX: z.string().min(1).max(64).default('secrouter').describe('Prefix of every key'),
  SECROUTER_CELL: cellId.describe('Id of the cell: one PostgreSQL, one Redis, one log'),
  SECROUTER_HOME: absolutePath.optional().describe('Folder of what survives a restart (cached sign-in keys)'),
  SECROUTER_CONFIG: absolutePath.describe('The configuration file'),
  SECROUTER_EGRESS_FILE: absolutePath.optional().describe('Egress rules kept in a file of their own'),
  SECROUTER_SIGNING_KEY_FILE: absolutePath.describe('Private key (PKCS8 PEM) that signs snapshots'),
  SECROUTER_AUDIT_SIGNING_KEY_FILE: absolutePath.describe('Private key (PKCS8 PEM) that signs checkpoints'),
  SECROUTER_BIND: bindAddress.describe('Address that the listener binds to'),
  SECROUTER_CONSOLE_PORT: portVariable.default(18_810).describe('Port of the console process'),
  NEXTAUTH_SECRET_FILE: absolutePath.describe('Secret of the console sign-in'),
  NEXTAUTH_URL: z.url().default('http://127.0.0.1:18800/admin/api/auth').describe('Public URL of the sign-in routes'),
  SECROUTER_LOG_LEVEL: logLevel.describe('Level of the log'),
});

export interface ConsoleConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly cell: string;
  /** Folder of the cached sign-in keys. */
  readonly keyCacheDirectory: string;
  readonly configFile: string;
  readonly egressFile?: string;
  readonly listenersOnLoopback: boolean;
  readonly signingKeyFile: string;
  readonly auditSigningKeyFile: string;
  readonly nextAuthSecretFile: string;
  readonly nextAuthUrl: string;
  readonly logLevel: string;
}

/** The console's settings, or the end of the process with every problem printed. */
export function readConsoleConfig(): ConsoleConfig {
  const environment = requireEnvironment(consoleEnvironmentSchema, process.env);
  const { SECROUTER_EGRESS_FILE: egressFile } = environment;
  return Object.freeze({
    databaseUrl: environment.DATABASE_URL,
    redisUrl: environment.REDIS_URL,
    redisPrefix: environment.SECROUTER_REDIS_PREFIX,
    cell: environment.SECROUTER_CELL,
    keyCacheDirectory: join(environment.SECROUTER_HOME ?? join(tmpdir(), 'secrouter-console'), 'console-sign-in-keys'),
    configFile: environment.SECROUTER_CONFIG,
    ...(egressFile === undefined ? {} : { egressFile }),
    listenersOnLoopback: isLoopback(environment.SECROUTER_BIND),
    signingKeyFile: environment.SECROUTER_SIGNING_KEY_FILE,
    auditSigningKeyFile: environment.SECROUTER_AUDIT_SIGNING_KEY_FILE,
    nextAuthSecretFile: environment.NEXTAUTH_SECRET_FILE,
    nextAuthUrl: environment.NEXTAUTH_URL,
    logLevel: environment.SECROUTER_LOG_LEVEL,
  });
}

/** A secret of the environment by the name that the configuration gives; undefined where it is not set. */
export function environmentSecret(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
