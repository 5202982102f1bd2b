// The policy server on real stores: what a pod gets over gRPC, how soon, and what the fleet table and the mirror say of it.
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import {
  createLogger,
  type PolicyServer,
  type PolicyServerConfig,
  publish,
  startPolicyServer,
} from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import {
  decodeSealed,
  fromSnapshotHeader,
  loadPolicyContract,
  openSnapshot,
  type PodMessage,
  type PolicyServiceClient,
  redisKeys,
  type SealedSnapshot,
  type ServerMessage__Output,
  type Snapshot,
  SnapshotAssembly,
  sealSnapshot,
} from '@secrouter/proto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AS_ADMIN, type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';

const DEADLINE = { timeout: 10_000, interval: 5 };
const log = createLogger('test', 'silent');

let postgres: RunningStore;
let redisStore: RunningStore;
let redis: Redis;
let world: ConfigWorld;
let server: PolicyServer | undefined;
let pods: TestPod[] = [];

beforeAll(async () => {
  [postgres, redisStore] = await Promise.all([startConfigStore(), startRedis({ isDurable: false })]);
  redis = new Redis(redisStore.url);
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([postgres.close(), redisStore.close()]);
});
beforeEach(async () => {
  world = await openConfigWorld(postgres);
});
afterEach(async () => {
  for (const pod of pods) pod.close();
  pods = [];
  await server?.close();
  server = undefined;
  await redis.flushall();
  await world.close();
});

/** A pod that speaks the contract and nothing else. */
class TestPod {
  readonly snapshots: SealedSnapshot[] = [];
  readonly stats: ServerMessage__Output[] = [];
  readonly stream: ClientDuplexStream<PodMessage, ServerMessage__Output>;
  readonly #client: PolicyServiceClient;
  #assembly: SnapshotAssembly | undefined;
  answer: 'ack' | 'nack' | 'nothing' = 'ack';
  endedWith: number | undefined;

  constructor(port: number) {
    const Client = loadPolicyContract();
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    this.stream = this.#client.Subscribe();
    this.stream.on('data', (message: ServerMessage__Output) => this.#receive(message));
    this.stream.on('error', (error: { code?: number }) => {
      this.endedWith = error.code;
    });
    pods.push(this);
  }

  hello(nodeId: string, more: Partial<NonNullable<PodMessage['hello']>> = {}): this {
    this.stream.write({ hello: { nodeId, podVersion: '0.1.0', cell: 'main', snapshotVersions: [1], ...more } });
    return this;
  }

  get revisions(): number[] {
    return this.snapshots.map(({ seal }) => seal.revision);
  }

  close(): void {
    this.stream.cancel();
    this.#client.close();
  }

  #receive(message: ServerMessage__Output): void {
    if (message.stats) this.stats.push(message);
    if (message.header) {
      const seal = fromSnapshotHeader(message.header);
      const begun = seal === undefined ? 'too_large' : SnapshotAssembly.begin(seal);
      if (begun === 'too_large') throw new Error('an unusable header');
      this.#assembly = begun;
    }
    if (message.chunk && this.#assembly?.add(message.chunk.index, message.chunk.data) === 'complete') {
      const sealed = this.#assembly.sealed();
      this.snapshots.push(sealed);
      const position = { epoch: String(sealed.seal.epoch), revision: String(sealed.seal.revision) };
      if (this.answer === 'ack') this.stream.write({ ack: { position, applyMs: '3' } });
      if (this.answer === 'nack')
        this.stream.write({ nack: { position, reason: 'inconsistent', path: 'tiers.SIMPLE' } });
    }
  }
}

function settings(more: Partial<PolicyServerConfig> = {}): PolicyServerConfig {
  return {
    databaseUrl: world.databaseUrl,
    databaseDirectUrl: world.databaseUrl,
    redisUrl: redisStore.url,
    redisPrefix: 'secrouter',
    cell: 'main',
    configFile: world.configFile,
    signingKeyFile: world.signingKeyFile,
    bind: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    ...more,
  };
}

async function start(): Promise<number> {
  server = await startPolicyServer(settings(), log);
  return server.port;
}

const lowerBudget = (maxCostUsd: number) =>
  ({
    kind: 'override',
    scope: 'policy.user',
    name: 'u-basic',
    value: { budgets: [{ window: 'day', maxCostUsd }] },
  }) as const;

// Straight into the table: the feed pushes what is published there, and reading so large a file would take the test's time.
async function insertLargeRevision(revision: number): Promise<void> {
  const { rows } = await world.pool.query('SELECT content FROM config_revision WHERE revision = 1');
  const snapshot: Snapshot = JSON.parse(rows[0].content);
  const config = { ...snapshot.config, classifier: { note: 'x'.repeat(5 * 1024 * 1024) } };
  const { seal, content } = sealSnapshot({ ...snapshot, revision, config }, world.publishing.signingKey);
  await world.pool.query(
    `INSERT INTO config_revision (cell, revision, epoch, kind, baseline_digest, overrides, changes, warnings, author, reason,
                                  digest, algorithm, key_id, signature, content, created_at)
     SELECT cell, $1, epoch, kind, baseline_digest, overrides, changes, warnings, author, reason, $2, $3, $4, $5, $6, now()
       FROM config_revision WHERE revision = 1`,
    [revision, seal.digest, seal.algorithm, seal.keyId, seal.signature, content],
  );
  await world.pool.query('UPDATE cell SET revision = $1', [revision]);
  await world.pool.query(`SELECT pg_notify('secrouter_snapshot', 'main:1:' || $1)`, [String(revision)]);
}

async function podRow(nodeId: string) {
  const { rows } = await world.pool.query('SELECT * FROM pod_status WHERE node_id = $1', [nodeId]);
  return rows[0];
}

describe('the policy server', () => {
  it('publishes the file at its start and gives it, signed, to a pod that says hello', async () => {
    const pod = new TestPod(await start()).hello('pod-1');

    await vi.waitFor(() => expect(pod.revisions).toEqual([1]), DEADLINE);
    const [sealed] = pod.snapshots;
    expect(sealed && openSnapshot(sealed, 'main', [world.trustedKey]).outcome).toBe('opened');
    await vi.waitFor(
      async () =>
        expect(await podRow('pod-1')).toMatchObject({ connected: true, applied_revision: '1', apply_ms: '3' }),
      DEADLINE,
    );
  });

  it('pushes a change of another process to every pod at once', async () => {
    const port = await start();
    const fleet = ['a', 'b', 'c'].map((name) => new TestPod(port).hello(name));
    await vi.waitFor(() => expect(fleet.map((pod) => pod.revisions)).toEqual([[1], [1], [1]]), DEADLINE);

    await publish(world.publishing, lowerBudget(1), AS_ADMIN);
    const committedAt = performance.now();
    await vi.waitFor(() => expect(fleet.map((pod) => pod.revisions.at(-1))).toEqual([2, 2, 2]), DEADLINE);

    expect(performance.now() - committedAt).toBeLessThan(1_000);
  });

  it('does not send what a pod has already', async () => {
    const port = await start();
    const pod = new TestPod(port).hello('pod-1', { applied: { epoch: '1', revision: '1' } });
    await vi.waitFor(() => expect(pod.stats.length).toBeGreaterThan(0), DEADLINE);

    expect(pod.revisions).toEqual([]);
    pod.stream.write({ snapshotWanted: {} });
    await vi.waitFor(() => expect(pod.revisions).toEqual([1]), DEADLINE);
  });

  it('shows a refusal in the fleet and in the trail, once', async () => {
    const port = await start();
    const pod = new TestPod(port);
    pod.answer = 'nack';
    pod.hello('pod-3');
    await vi.waitFor(() => expect(pod.revisions).toEqual([1]), DEADLINE);
    pod.stream.write({ snapshotWanted: {} });
    await vi.waitFor(() => expect(pod.revisions).toEqual([1, 1]), DEADLINE);

    await vi.waitFor(
      async () =>
        expect(await podRow('pod-3')).toMatchObject({
          refused_revision: '1',
          refused_reason: 'inconsistent',
          refused_path: 'tiers.SIMPLE',
        }),
      DEADLINE,
    );
    await vi.waitFor(async () => {
      const { rows } = await world.pool.query(`SELECT body FROM audit_leaves WHERE type = 'config.nack'`);
      expect(rows.map((row) => JSON.parse(row.body).detail)).toEqual([
        { pod: 'pod-3', epoch: 1, revision: 1, reason: 'inconsistent', path: 'tiers.SIMPLE' },
      ]);
    }, DEADLINE);
  });

  it('refuses a pod of another cell', async () => {
    const pod = new TestPod(await start()).hello('pod-1', { cell: 'elsewhere' });

    await vi.waitFor(() => expect(pod.endedWith).toBe(9), DEADLINE); // FAILED_PRECONDITION
    expect(pod.revisions).toEqual([]);
  });

  it('replaces the half-open stream of a pod that dials again', async () => {
    const port = await start();
    const old = new TestPod(port).hello('pod-1');
    await vi.waitFor(() => expect(old.revisions).toEqual([1]), DEADLINE);
    const fresh = new TestPod(port).hello('pod-1');

    await vi.waitFor(() => expect(old.endedWith).toBe(10), DEADLINE); // ABORTED
    await vi.waitFor(() => expect(fresh.revisions).toEqual([1]), DEADLINE);
    expect(await podRow('pod-1')).toMatchObject({ connected: true });
  });

  it('tells each pod what the others counted, and keeps what a pod says of itself', async () => {
    const port = await start();
    const first = new TestPod(port).hello('pod-1');
    new TestPod(port).hello('pod-2').stream.write({
      status: {
        state: 'ready',
        counters: [{ name: 'requests', label: 'ok', value: '7' }],
        missingCredentials: ['SOME_KEY\0'],
        spoolBytes: '12',
      },
    });

    await vi.waitFor(() => {
      const stats = first.stats.at(-1)?.stats;
      expect(stats).toMatchObject({ pods: 1, counters: [{ name: 'requests', label: 'ok', value: '7' }] });
    }, DEADLINE);
    expect(await podRow('pod-2')).toMatchObject({
      state: 'ready',
      status: { spoolBytes: 12, missingCredentials: ['SOME_KEY'] },
    });
  });

  it("reads a principal's usage from the books, of its own cell alone", async () => {
    const Client = loadPolicyContract();
    const client = new Client(`127.0.0.1:${await start()}`, credentials.createInsecure());
    const read = (cell: string) =>
      new Promise<{ code?: number | undefined; count?: string | undefined }>((resolve) => {
        client.ReadUsage({ principal: 'u-basic', cell }, (error, answer) =>
          resolve({ code: error?.code, count: answer?.last_24h?.requestCount }),
        );
      });

    expect(await read('main')).toEqual({ code: undefined, count: '0' });
    expect(await read('elsewhere')).toEqual({ code: 9, count: undefined });
    client.close();
  });

  it('sends a large snapshot in chunks, and to a pod that reads slowly the newest in place of those between', async () => {
    const NEWEST = 9;
    const port = await start();
    const slow = new TestPod(port);
    slow.stream.pause();
    slow.hello('slow');
    const fast = new TestPod(port).hello('fast');
    // More than the client library buffers for a reader that has paused.
    for (let revision = 2; revision <= NEWEST; revision += 1) {
      await insertLargeRevision(revision);
      await vi.waitFor(() => expect(fast.revisions.at(-1)).toBe(revision), DEADLINE);
    }
    expect(fast.snapshots.at(-1)?.content.byteLength).toBeGreaterThan(5 * 1024 * 1024);
    slow.stream.resume();

    await vi.waitFor(() => expect(slow.revisions.at(-1)).toBe(NEWEST), DEADLINE);
    expect(slow.revisions.length).toBeLessThan(NEWEST);
    const sealed = slow.snapshots.at(-1);
    expect(sealed && openSnapshot(sealed, 'main', [world.trustedKey]).outcome).toBe('opened');
  });

  it('marks a pod that has gone', async () => {
    const pod = new TestPod(await start()).hello('pod-1');
    await vi.waitFor(() => expect(pod.revisions).toEqual([1]), DEADLINE);
    pod.close();

    await vi.waitFor(async () => expect(await podRow('pod-1')).toMatchObject({ connected: false }), DEADLINE);
  });
});

describe('the mirror', () => {
  const mirrorKey = redisKeys('main').snapshotMirror;

  async function mirrored(): Promise<SealedSnapshot | undefined> {
    const bytes = await redis.getBuffer(mirrorKey);
    return bytes === null ? undefined : decodeSealed(bytes);
  }

  it('holds the newest snapshot and the revocations, and comes back after Redis lost them', async () => {
    await start();
    await vi.waitFor(async () => expect((await mirrored())?.seal.revision).toBe(1), DEADLINE);

    const revocation = { id: randomUUID(), kind: 'principal', value: 'u-basic' } as const;
    await publish(world.publishing, { kind: 'revoke', revocation }, AS_ADMIN);
    await vi.waitFor(async () => expect((await mirrored())?.seal.revision).toBe(2), DEADLINE);
    expect(await redis.smembers(redisKeys('main').revocations)).toEqual(['principal:u-basic']);

    await redis.flushall();
    await vi.waitFor(async () => expect((await mirrored())?.seal.revision).toBe(2), DEADLINE);
  });

  it('is never overwritten with an older snapshot, and the table catches up with it', async () => {
    await start();
    await publish(world.publishing, { kind: 'restore', above: 9, raiseEpoch: false }, AS_ADMIN);
    await vi.waitFor(async () => expect((await mirrored())?.seal.revision).toBe(10), DEADLINE);
    await server?.close();
    server = undefined;
    // A database restored from a backup that knows revision 1 only.
    await world.pool.query('UPDATE cell SET revision = 1');
    await world.pool.query('DELETE FROM config_revision WHERE revision > 1');

    const pod = new TestPod(await start()).hello('pod-1', { applied: { epoch: '1', revision: '10' } });

    await vi.waitFor(() => expect(pod.revisions).toEqual([11]), DEADLINE);
    await vi.waitFor(async () => expect((await mirrored())?.seal.revision).toBe(11), DEADLINE);
  });
});

describe('a broken configuration file', () => {
  it('leaves the last snapshot in force', async () => {
    await world.loadBaseline();
    await writeFile(world.configFile, '{ "tiers": 1 }');

    const pod = new TestPod(await start()).hello('pod-1');

    await vi.waitFor(() => expect(pod.revisions).toEqual([1]), DEADLINE);
  });

  it('is nothing to serve where there is no earlier snapshot', async () => {
    await writeFile(world.configFile, '{ "tiers": 1 }');

    await expect(startPolicyServer(settings(), log)).rejects.toThrow('no earlier snapshot');
  });
});
