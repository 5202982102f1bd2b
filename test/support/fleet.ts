// The whole system without the console, from real processes on free ports: stores, providers, policy server, aggregator
// and pods. Tests stop, kill and restart its parts.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fetchAccessToken,
  findPersona,
  quickStartConfig,
  type RunningIdentityProvider,
  type RunningModelProvider,
  type RunningStore,
  startIdentityProvider,
  startModelProvider,
  startPostgres,
  startRedis,
} from '@secrouter/infra';
import { trustedKeyOf } from '@secrouter/proto';
import { answersWith, startProcess, type TestProcess } from './child.ts';

/** A configuration that a test may change before the fleet starts. */
// biome-ignore lint/suspicious/noExplicitAny: a test pokes at arbitrary places of a JSON document
export type ConfigJson = any;

export interface FleetOptions {
  readonly pods?: number;
  readonly configure?: (config: ConfigJson) => void;
  readonly podEnvironment?: Readonly<Record<string, string>>;
}

export interface PodProcess extends TestProcess {
  readonly podId: string;
  readonly url: string;
}

export const PROVIDER_KEY = 'sk-test-provider-key-3f9d1c';

/** One running fleet. */
export class Fleet {
  readonly directory: string;
  readonly postgres: RunningStore;
  redis: RunningStore;
  readonly identityProvider: RunningIdentityProvider;
  readonly modelProvider: RunningModelProvider;
  readonly configFile: string;
  readonly #options: FleetOptions;
  #policyServer: TestProcess | undefined;
  #aggregator: TestProcess | undefined;
  pods: PodProcess[] = [];
  policyPort = 0;

  private constructor(
    options: FleetOptions,
    parts: Pick<Fleet, 'directory' | 'postgres' | 'redis' | 'identityProvider' | 'modelProvider' | 'configFile'>,
  ) {
    this.#options = options;
    this.directory = parts.directory;
    this.postgres = parts.postgres;
    this.redis = parts.redis;
    this.identityProvider = parts.identityProvider;
    this.modelProvider = parts.modelProvider;
    this.configFile = parts.configFile;
  }

  /** Starts everything; resolves when each pod is ready. */
  static async start(options: FleetOptions = {}): Promise<Fleet> {
    const directory = mkdtempSync(join(tmpdir(), 'secrouter-fleet-'));
    const [postgres, redis, modelProvider, identityProvider] = await Promise.all([
      startPostgres({ isDurable: false }),
      startRedis({ isDurable: true, directory: join(directory, 'redis') }),
      startModelProvider({ port: 0, apiKey: PROVIDER_KEY, chunksPerSecond: 0 }),
      startIdentityProvider({ port: 0, homeDir: join(directory, 'idp'), publicOrigins: ['http://127.0.0.1:1'] }),
    ]);
    const configFile = join(directory, 'secrouter.config.json');
    const fleet = new Fleet(options, { directory, postgres, redis, identityProvider, modelProvider, configFile });
    fleet.#writeKeys();
    fleet.writeConfig(options.configure ?? (() => undefined));
    await startProcess('packages/controlplane/src/migrate/main.ts', fleet.#stores(), () => true).then((process) =>
      waitForExit(process),
    );
    fleet.policyPort = await freePort();
    await Promise.all([fleet.startPolicyServer(), fleet.startAggregator()]);
    for (let index = 1; index <= (options.pods ?? 1); index += 1) await fleet.startPod(`pod-${index}`);
    return fleet;
  }

  /** Base URL of the first pod. */
  get url(): string {
    const [pod] = this.pods;
    if (pod === undefined) throw new Error('no pod');
    return pod.url;
  }

  /** A fresh access token of a persona of the development identity provider. */
  token(name: string): Promise<string> {
    const persona = findPersona(name);
    if (!persona) throw new Error(`no persona ${name}`);
    return fetchAccessToken(this.identityProvider.issuer, persona);
  }

  /** Writes the quick start's configuration, changed. */
  writeConfig(change: (config: ConfigJson) => void): void {
    const config = structuredClone(
      quickStartConfig({
        identityProvider: Number(new URL(this.identityProvider.issuer).port),
        modelProvider: Number(new URL(this.modelProvider.url).port),
      }),
    ) as ConfigJson;
    // Providers of a test count what they are asked, and open circuits on purpose: those who want probes say so.
    config.security.resilience = { healthIntervalSec: 0 };
    change(config);
    writeFileSync(this.configFile, JSON.stringify(config, null, 2));
  }

  async startPolicyServer(): Promise<void> {
    this.#policyServer = await startProcess(
      'packages/controlplane/src/policy-server/main.ts',
      {
        ...this.#stores(),
        SECROUTER_CONFIG: this.configFile,
        SECROUTER_POLICY_PORT: String(this.policyPort),
        SECROUTER_BIND: '127.0.0.1',
        SECROUTER_SIGNING_KEY_FILE: this.#path('snapshot.pem'),
      },
      (output) => output.includes('policy server ready'),
    );
  }

  async killPolicyServer(): Promise<void> {
    await this.#policyServer?.kill();
    this.#policyServer = undefined;
  }

  get policyServerOutput(): string {
    return this.#policyServer?.output() ?? '';
  }

  /** Starts Redis again after `redis.kill()`, on its own data and port. */
  async restartRedis(): Promise<void> {
    this.redis = await startRedis({ isDurable: true, directory: this.#path('redis'), port: this.redis.port });
  }

  async startAggregator(): Promise<void> {
    this.#aggregator = await startProcess(
      'packages/controlplane/src/aggregator/main.ts',
      {
        ...this.#stores(),
        SECROUTER_AUDIT_SIGNING_KEY_FILE: this.#path('audit.pem'),
        SECROUTER_CHECKPOINT_FILE: this.#path('checkpoints.txt'),
      },
      (output) => output.includes('aggregator ready'),
    );
  }

  async killAggregator(): Promise<void> {
    await this.#aggregator?.kill();
    this.#aggregator = undefined;
  }

  /** Starts a pod; the same id uses the same state folder. */
  async startPod(podId: string): Promise<PodProcess> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const process = await startProcess(
      'packages/dataplane/src/main.ts',
      {
        REDIS_URL: this.redis.url,
        SECROUTER_PORT: String(port),
        SECROUTER_POD_ID: podId,
        SECROUTER_POLICY_URL: `127.0.0.1:${this.policyPort}`,
        SECROUTER_STATE_DIR: this.#path(podId),
        SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE: this.#path('snapshot.pub.json'),
        SECROUTER_DRAIN_DELAY: '0',
        SECROUTER_DRAIN_TIMEOUT: '5',
        SECROUTER_DEV_PROVIDER_KEY: PROVIDER_KEY,
        ...this.#options.podEnvironment,
      },
      () => answersWith(`${url}/ready`, 200),
    );
    const pod = { ...process, podId, url };
    this.pods = [...this.pods.filter((other) => other.podId !== podId), pod];
    return pod;
  }

  async close(): Promise<void> {
    await Promise.all(this.pods.map((pod) => pod.stop()));
    await Promise.all([this.#policyServer?.stop(), this.#aggregator?.stop()]);
    await Promise.all([this.identityProvider.close(), this.modelProvider.close()]);
    await Promise.all([this.postgres.close(), this.redis.close()]);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  #stores(): Record<string, string> {
    return { DATABASE_URL: this.postgres.url, REDIS_URL: this.redis.url, SECROUTER_HOME: this.directory };
  }

  #writeKeys(): void {
    for (const name of ['snapshot', 'audit']) {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      writeFileSync(this.#path(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      writeFileSync(this.#path(`${name}.pub.json`), JSON.stringify([trustedKeyOf(publicKey)]));
    }
  }
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

async function waitForExit(process: TestProcess): Promise<void> {
  const code = process.child.exitCode ?? (await new Promise((resolve) => process.child.once('exit', resolve)));
  if (code !== 0) throw new Error(`ended with ${code}:\n${process.output()}`);
}
