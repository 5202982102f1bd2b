// The pod's environment: addresses, secrets' places and sizes. Policy is in the snapshot, never here.
import { hostname } from 'node:os';
import { booleanVariable, integerVariable, portVariable, readEnvironment } from '@secrouter/proto';
import { z } from 'zod';

const text = z.string().min(1);

/** Every variable that a pod reads, in the order of `.env.example`. */
export const podEnvironmentSchema = z.object({
  SECROUTER_PORT: portVariable.default(18_800).describe('Port of the data plane'),
  SECROUTER_BIND: text.default('127.0.0.1').describe('Address that the listener binds to'),
  SECROUTER_TLS_CERT_FILE: text
    .optional()
    .describe('Certificate of the listener; with its key: TLS. Re-read on change'),
  SECROUTER_TLS_KEY_FILE: text.optional().describe("Key of the listener's certificate"),
  SECROUTER_TLS_CLIENT_CA_FILE: text.optional().describe('CA of client certificates; where set, clients need one'),
  SECROUTER_TLS_MIN_VERSION: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2').describe('Lowest TLS version'),
  SECROUTER_TLS_CIPHERS: text.optional().describe('OpenSSL list of ciphers'),
  SECROUTER_MANAGEMENT_PORT: portVariable.optional().describe('A second port for /metrics and /ready'),
  SECROUTER_POD_ID: text.max(255).default(hostname()).describe('Name of this pod; unique in the fleet'),
  SECROUTER_CELL: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'expected 1 to 32 characters a-z, 0-9 and -')
    .default('main')
    .describe('Id of the cell: one PostgreSQL, one Redis, one log'),
  SECROUTER_POLICY_URL: text.default('127.0.0.1:18811').describe('host:port of the policy server'),
  SECROUTER_POLICY_CA_FILE: text.optional().describe('CA of the policy server; with the two below: mTLS'),
  SECROUTER_POLICY_CERT_FILE: text.optional().describe("The pod's client certificate"),
  SECROUTER_POLICY_KEY_FILE: text.optional().describe("The pod's client key"),
  SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE: text.describe('JSON list of the public keys that may sign snapshots'),
  REDIS_URL: text.describe('Redis of budgets, leases and the mirror'),
  REDIS_QUEUE_URL: text.optional().describe('Redis of the queues, where it is another one'),
  SECROUTER_REDIS_PREFIX: text.default('secrouter').describe('Prefix of every key'),
  SECROUTER_CONSOLE_URL: z.url().default('http://127.0.0.1:18810').describe('The console behind /admin'),
  SECROUTER_STATE_DIR: text.describe('Folder of the spool, the last snapshots and cached keys'),
  SECROUTER_SPOOL_MAX_BYTES: integerVariable(1_048_576, 1_099_511_627_776)
    .default(268_435_456)
    .describe('Bound of the spool; above it requests are refused'),
  SECROUTER_DRAIN_DELAY: integerVariable(0, 600).default(5).describe('Seconds of grace before a stopping pod refuses'),
  SECROUTER_DRAIN_TIMEOUT: integerVariable(0, 3600).default(120).describe('Seconds that running streams have to end'),
  SECROUTER_MAX_CONNECTIONS: integerVariable(1, 1_000_000).default(10_000).describe('Connections of one pod'),
  SECROUTER_MAX_REQUESTS: integerVariable(1, 1_000_000).default(5_000).describe('Requests that one pod runs at once'),
  SECROUTER_MAX_BYTES_IN_FLIGHT: integerVariable(1_048_576, 1_099_511_627_776)
    .default(536_870_912)
    .describe('Bytes of request bodies that one pod holds at once'),
  SECROUTER_READ_WORKERS: integerVariable(0, 8)
    .default(1)
    .describe('Threads that read request bodies above 1 MiB; 0 reads them on the event loop'),
  SECROUTER_METRICS: booleanVariable.default(false).describe('Serve /metrics without a bearer on the management port'),
  SECROUTER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Level of the log'),
});

/** The pod's environment after parsing; names are the variables' own. */
export type PodConfig = Readonly<z.infer<typeof podEnvironmentSchema>>;

/** Reads the environment of this process. */
export function readPodConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readEnvironment(podEnvironmentSchema, environment);
}

/** A secret of the environment by the name that a credential reference gives; undefined where it is not set. */
export function environmentSecret(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}
