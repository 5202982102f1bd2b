// The system under measurement, from its real processes on free ports: stores, identity provider, policy server,
// aggregator and one pod, with the quick start's configuration, whose budget is large enough for the whole bench.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { trustedKeyOf } from '@secrouter/proto';
import { quickStartConfig } from '../../quick-start/quick-start-config.ts';
import { findFreePort } from '../free-port.ts';
import { findPersona } from '../identity-provider/personas.ts';
import { startIdentityProvider } from '../identity-provider/start-identity-provider.ts';
import { POD_NODE_FLAGS } from '../pod-node-flags.ts';
import { startPostgres } from '../stores/postgres.ts';
import { startRedis } from '../stores/redis.ts';
import { httpReady, type Readiness } from '../supervisor/readiness.ts';
import { fetchAccessToken } from '../token.ts';
import { runScript, startServer } from './bench-process.ts';

const PERSONA = 'power';
const BUDGET_USD = 1_000_000;
const LOG_POLL_MS = 100;
const PROVIDER_KEY = 'sk-bench-provider-key';

export interface GovernedSystem {
  readonly podUrl: string;
  readonly podPid: number;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** A fresh access token of a person with all tiers. */
  readonly token: () => Promise<string>;
  /** Ends the pod alone, in order. */
  readonly stopPod: () => Promise<void>;
}

export interface GovernedSystemOptions {
  /** Holds keys, logs and state; the caller removes it. */
  readonly folder: string;
  readonly upstreamPort: number;
  /** Arguments of the pod's Node, for profiling. */
  readonly podNodeArgs: readonly string[];
}

/** Starts everything; whatever was started is put on `closers`, in the order of starting. */
export async function startGovernedSystem(
  options: GovernedSystemOptions,
  closers: (() => Promise<unknown>)[],
  signal: AbortSignal,
): Promise<GovernedSystem> {
  const { folder } = options;
  const opened = <Part extends { readonly close: () => Promise<unknown> }>(part: Part): Part => {
    closers.push(() => part.close());
    return part;
  };
  const postgres = opened(await startPostgres());
  const redis = opened(await startRedis());
  const identityProvider = opened(
    await startIdentityProvider({ port: 0, homeDir: join(folder, 'idp'), publicOrigins: ['http://127.0.0.1:1'] }),
  );
  writeSigningKeys(folder);
  const configFile = writeConfig(folder, Number(new URL(identityProvider.issuer).port), options.upstreamPort);
  const stores = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, SECROUTER_HOME: folder };
  const logFile = (name: string) => join(folder, `${name}.log`);
  await runScript({
    name: 'migration',
    script: 'packages/controlplane/src/migrate/main.ts',
    environment: stores,
    logFile: logFile('migrate'),
  });

  const policyPort = await findFreePort();
  const policyServer = await startServer(
    {
      name: 'policy server',
      script: 'packages/controlplane/src/policy-server/main.ts',
      environment: {
        ...stores,
        SECROUTER_CONFIG: configFile,
        SECROUTER_POLICY_PORT: String(policyPort),
        SECROUTER_BIND: '127.0.0.1',
        SECROUTER_SIGNING_KEY_FILE: join(folder, 'snapshot.pem'),
      },
      logFile: logFile('policy-server'),
      isReady: saysReady(logFile('policy-server'), 'policy server ready'),
    },
    signal,
  );
  closers.push(() => policyServer.stop());
  const aggregator = await startServer(
    {
      name: 'aggregator',
      script: 'packages/controlplane/src/aggregator/main.ts',
      environment: {
        ...stores,
        SECROUTER_AUDIT_SIGNING_KEY_FILE: join(folder, 'audit.pem'),
        SECROUTER_CHECKPOINT_FILE: join(folder, 'checkpoints.txt'),
      },
      logFile: logFile('aggregator'),
      isReady: saysReady(logFile('aggregator'), 'aggregator ready'),
    },
    signal,
  );
  closers.push(() => aggregator.stop());

  const podPort = await findFreePort();
  const podUrl = `http://127.0.0.1:${podPort}`;
  const pod = await startServer(
    {
      name: 'pod',
      script: 'packages/dataplane/src/main.ts',
      nodeArgs: [...POD_NODE_FLAGS, ...options.podNodeArgs],
      environment: {
        REDIS_URL: redis.url,
        SECROUTER_PORT: String(podPort),
        SECROUTER_POD_ID: 'bench-pod',
        SECROUTER_POLICY_URL: `127.0.0.1:${policyPort}`,
        SECROUTER_STATE_DIR: join(folder, 'pod'),
        SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE: join(folder, 'snapshot.pub.json'),
        SECROUTER_DRAIN_DELAY: '0',
        SECROUTER_DRAIN_TIMEOUT: '5',
        SECROUTER_DEV_PROVIDER_KEY: PROVIDER_KEY,
      },
      logFile: logFile('pod'),
      isReady: httpReady(`${podUrl}/ready`),
    },
    signal,
  );
  closers.push(() => pod.stop());
  return {
    podUrl,
    podPid: pod.pid,
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    token: () => tokenFrom(identityProvider.issuer),
    stopPod: () => pod.stop(),
  };
}

async function tokenFrom(issuer: string): Promise<string> {
  const persona = findPersona(PERSONA);
  if (persona === undefined) throw new Error(`no persona ${PERSONA}`);
  return fetchAccessToken(issuer, persona);
}

function saysReady(logFile: string, message: string): Readiness {
  return async (signal) => {
    while (!readFileSync(logFile, 'utf8').includes(message)) await delay(LOG_POLL_MS, undefined, { signal });
  };
}

interface BudgetedConfig {
  readonly security: {
    readonly policy: {
      readonly default: { budgets: unknown };
      readonly groups: Readonly<Record<string, { budgets?: unknown }>>;
    };
  };
}

function writeConfig(folder: string, identityProvider: number, modelProvider: number): string {
  const config = quickStartConfig({ identityProvider, modelProvider }) as BudgetedConfig;
  const { policy } = config.security;
  const budgets = [{ window: 'day', maxCostUsd: BUDGET_USD, warnAt: [80] }];
  policy.default.budgets = budgets;
  const group = policy.groups['secrouter-power-users'];
  if (group !== undefined) group.budgets = budgets;
  const file = join(folder, 'secrouter.config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function writeSigningKeys(folder: string): void {
  for (const name of ['snapshot', 'audit']) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(join(folder, `${name}.pub.json`), JSON.stringify([trustedKeyOf(publicKey)]));
  }
}
