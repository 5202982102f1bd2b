// Environment of the policy server; the only place of this process that reads it.
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

/** Every variable that the policy server reads, in the order of `.env.example`. */
export const policyServerEnvironmentSchema = z
  .object({
    DATABASE_URL: postgresUrl.describe('PostgreSQL'),
    DATABASE_DIRECT_URL: postgresUrl.optional().describe('PostgreSQL without a pooler, for locks and LISTEN'),
    REDIS_URL: redisUrl.describe('Redis of budgets, leases and the mirror'),
    SECROUTER_REDIS_PREFIX: z.string().min(1).max(64).default('secrouter').describe('Prefix of every key'),
    SECROUTER_CELL: cellId.describe('Id of the cell: one PostgreSQL, one Redis, one log'),
    SECROUTER_CONFIG: absolutePath.describe('The configuration file'),
    SECROUTER_EGRESS_FILE: absolutePath.optional().describe('Egress rules kept in a file of their own'),
    SECROUTER_SIGNING_KEY_FILE: absolutePath.describe('Private key (PKCS8 PEM) that signs snapshots'),
    SECROUTER_BIND: bindAddress.describe('Address that the listener binds to'),
    SECROUTER_POLICY_PORT: portVariable.default(18_811).describe('Port of the policy server (gRPC)'),
    SECROUTER_POLICY_TLS_CERT_FILE: absolutePath.optional().describe("The policy server's certificate"),
    SECROUTER_POLICY_TLS_KEY_FILE: absolutePath.optional().describe("The policy server's key"),
    SECROUTER_POLICY_TLS_CA_FILE: absolutePath.optional().describe("CA of the pods' client certificates"),
    SECROUTER_LOG_LEVEL: logLevel.describe('Level of the log'),
  })
  .superRefine((environment, context) => {
    const present = TLS_FILES.filter((name) => environment[name] !== undefined);
    const isPlain = present.length === 0;
    for (const name of TLS_FILES) {
      if (environment[name] !== undefined || (isPlain && isLoopback(environment.SECROUTER_BIND))) continue;
      const why = isPlain ? 'plaintext is for loopback alone' : 'certificate, key and CA belong together';
      context.addIssue({ code: 'custom', path: [name], message: `expected a file: ${why}` });
    }
  });

const TLS_FILES = [
  'SECROUTER_POLICY_TLS_CERT_FILE',
  'SECROUTER_POLICY_TLS_KEY_FILE',
  'SECROUTER_POLICY_TLS_CA_FILE',
] as const;

export interface PolicyServerConfig {
  readonly databaseUrl: string;
  readonly databaseDirectUrl: string;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly cell: string;
  readonly configFile: string;
  readonly egressFile?: string;
  readonly signingKeyFile: string;
  readonly bind: string;
  readonly port: number;
  /** Absent: plaintext, on loopback alone. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string };
  readonly logLevel: string;
}

/** The policy server's settings, or the end of the process with every problem printed. */
export function readPolicyServerConfig(): PolicyServerConfig {
  const environment = requireEnvironment(policyServerEnvironmentSchema, process.env);
  const {
    SECROUTER_POLICY_TLS_CERT_FILE: certFile,
    SECROUTER_POLICY_TLS_KEY_FILE: keyFile,
    SECROUTER_POLICY_TLS_CA_FILE: caFile,
    SECROUTER_EGRESS_FILE: egressFile,
  } = environment;
  return Object.freeze({
    databaseUrl: environment.DATABASE_URL,
    databaseDirectUrl: environment.DATABASE_DIRECT_URL ?? environment.DATABASE_URL,
    redisUrl: environment.REDIS_URL,
    redisPrefix: environment.SECROUTER_REDIS_PREFIX,
    cell: environment.SECROUTER_CELL,
    configFile: environment.SECROUTER_CONFIG,
    ...(egressFile === undefined ? {} : { egressFile }),
    signingKeyFile: environment.SECROUTER_SIGNING_KEY_FILE,
    bind: environment.SECROUTER_BIND,
    port: environment.SECROUTER_POLICY_PORT,
    ...(certFile === undefined || keyFile === undefined || caFile === undefined
      ? {}
      : { tls: { certFile, keyFile, caFile } }),
    logLevel: environment.SECROUTER_LOG_LEVEL,
  });
}
