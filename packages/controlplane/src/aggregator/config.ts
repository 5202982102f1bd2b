// Environment of the aggregator; the only place of this process that reads it.
import { hostname } from 'node:os';
import { integerVariable } from '@secrouter/proto';
import { z } from 'zod';
import { requireEnvironment } from '../environment/require-environment.ts';
import { absolutePath, cellId, logLevel, postgresUrl, redisUrl } from '../environment/variables.ts';

/** Every variable that the aggregator reads. */
export const aggregatorEnvironmentSchema = z.object({
  DATABASE_URL: postgresUrl.describe('PostgreSQL'),
  REDIS_URL: redisUrl.describe('Redis: queue and leases'),
  REDIS_QUEUE_URL: redisUrl.optional().describe('Redis of the queue, where it is another one'),
  SECROUTER_REDIS_PREFIX: z.string().min(1).max(64).default('secrouter').describe('Prefix of every key'),
  SECROUTER_AUDIT_SIGNING_KEY_FILE: absolutePath.describe('Ed25519 private key (PKCS #8 PEM) that signs checkpoints'),
  SECROUTER_CHECKPOINT_FILE: absolutePath.describe('File outside the database that checkpoints are appended to'),
  SECROUTER_CELL: cellId.describe('The cell that this process serves'),
  SECROUTER_POD_ID: z.string().min(1).max(255).default(`aggregator-${hostname()}`).describe('Name in the audit log'),
  SECROUTER_LOG_LEVEL: logLevel.describe('Least level that is logged'),
  SECROUTER_CHECKPOINT_INTERVAL_MS: integerVariable(100, 10_000)
    .default(5_000)
    .describe('Longest time between checkpoints while events arrive'),
  SECROUTER_REAP_INTERVAL_MS: integerVariable(100, 600_000)
    .default(5_000)
    .describe('Time between two searches for the leases of dead pods'),
});

export interface AggregatorConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queueRedisUrl: string;
  readonly redisPrefix: string;
  readonly signingKeyFile: string;
  readonly checkpointFile: string;
  readonly cell: string;
  readonly podId: string;
  readonly logLevel: string;
  readonly checkpointIntervalMs: number;
  readonly reapIntervalMs: number;
}

/** Reads the environment, or ends the process with all its problems. */
export function readAggregatorConfig(): AggregatorConfig {
  const environment = requireEnvironment(aggregatorEnvironmentSchema, process.env);
  return Object.freeze({
    databaseUrl: environment.DATABASE_URL,
    redisUrl: environment.REDIS_URL,
    queueRedisUrl: environment.REDIS_QUEUE_URL ?? environment.REDIS_URL,
    redisPrefix: environment.SECROUTER_REDIS_PREFIX,
    signingKeyFile: environment.SECROUTER_AUDIT_SIGNING_KEY_FILE,
    checkpointFile: environment.SECROUTER_CHECKPOINT_FILE,
    cell: environment.SECROUTER_CELL,
    podId: environment.SECROUTER_POD_ID,
    logLevel: environment.SECROUTER_LOG_LEVEL,
    checkpointIntervalMs: environment.SECROUTER_CHECKPOINT_INTERVAL_MS,
    reapIntervalMs: environment.SECROUTER_REAP_INTERVAL_MS,
  });
}
