import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type RunningStore, startPostgres, startRedis } from '@secrouter/infra';
import {
  EVENT_JOB,
  EVENT_QUEUE,
  type EventBatch,
  loadBudgetScripts,
  logOrigin,
  type OpenRecord,
  readCheckpoint,
  redisKeys,
  verifyCheckpoint,
} from '@secrouter/proto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestPool } from '../support/database.ts';
import { sampleOpenRecord } from '../support/sample-events.ts';
import { CELL, count, eventually, newId, podStream, startDatabases } from './ledger-support.ts';

const MAIN = fileURLToPath(new URL('../../packages/controlplane/src/aggregator/main.ts', import.meta.url));
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
let databases: Awaited<ReturnType<typeof startDatabases>>;
let redisServer: RunningStore;
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aggregator-'));
  writeFileSync(join(folder, 'audit.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  [databases, redisServer] = await Promise.all([startDatabases(), startRedis({ isDurable: false })]);
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([databases.close(), redisServer.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** A cell with a Redis number of its own, so that tests do not meet. */
async function newWorld(database = 0) {
  const { pool, url } = await databases.open();
  const redisUrl = redisServer.url.replace(/\/\d+$/, `/${database}`);
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const keys = redisKeys(CELL, 'own-prefix');
  const queue = new Queue<EventBatch>(EVENT_QUEUE, {
    connection: redis,
    prefix: keys.queuePrefix,
    defaultJobOptions: { attempts: 1_000_000, removeOnComplete: true },
  });
  const checkpointFile = join(folder, `${randomBytes(4).toString('hex')}.checkpoints`);
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: url,
    REDIS_URL: redisUrl,
    SECROUTER_REDIS_PREFIX: 'own-prefix',
    SECROUTER_AUDIT_SIGNING_KEY_FILE: join(folder, 'audit.pem'),
    SECROUTER_CHECKPOINT_FILE: checkpointFile,
    SECROUTER_CHECKPOINT_INTERVAL_MS: '200',
    SECROUTER_REAP_INTERVAL_MS: '200',
  };
  const send = (batch: EventBatch) => queue.add(EVENT_JOB, batch);
  const close = async () => {
    await queue.close();
    redis.disconnect();
  };
  return { pool, url, redis, keys, queue, send, checkpointFile, environment, close };
}

/** Starts the process and resolves at its ready line. */
async function startProcess(environment: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const lines: { msg: string; level: number }[] = [];
  const exited = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const parsed = JSON.parse(line);
      lines.push(parsed);
      if (parsed.msg === 'aggregator ready') resolve();
    });
    void exited.then(() => reject(new Error('the aggregator ended before it was ready')));
  });
  return { child, lines, exited };
}

it('records what is queued, signs checkpoints, and ends in order', async () => {
  const world = await newWorld(0);
  const { exited, child } = await startProcess(world.environment);
  const pod = podStream();

  await world.send(pod.batch([pod.usage(), pod.audit()]));
  await eventually(async () => (await count(world.pool, 'SELECT count(*) FROM audit_leaves')) === 2);
  const exportedNote = await eventually(async () => {
    const rows = await world.pool.query('SELECT note FROM checkpoints WHERE exported_at IS NOT NULL AND size = 2');
    return rows.rows[0]?.note as string | undefined;
  });
  child.kill('SIGTERM');

  expect(await exited).toBe(0);
  expect(verifyCheckpoint(exportedNote, { name: logOrigin(CELL), publicKey })?.size).toBe(2);
  expect(readFileSync(world.checkpointFile, 'utf8')).toContain(exportedNote);
  await world.close();
});

it('loses and doubles nothing when it is killed again and again under load (F22)', async () => {
  const world = await newWorld(1);
  const pod = podStream();
  const batches = Array.from({ length: 60 }, () => pod.batch(Array.from({ length: 50 }, () => pod.usage())));

  const sending = (async () => {
    for (const batch of batches) {
      await world.send(batch);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  for (let round = 0; round < 3; round += 1) {
    const { child, exited } = await startProcess(world.environment);
    await eventually(
      async () => (await count(world.pool, 'SELECT count(*) FROM usage_events')) >= Math.min(500 * (round + 1), 2_000),
    );
    child.kill('SIGKILL');
    await exited;
  }
  await sending;
  const { child, exited } = await startProcess(world.environment);
  await eventually(async () => (await count(world.pool, 'SELECT applied FROM pod_streams')) === 3_000, 45_000);
  child.kill('SIGTERM');
  await exited;

  expect(await count(world.pool, 'SELECT count(*) FROM usage_events')).toBe(3_000);
  expect(await count(world.pool, 'SELECT size FROM audit_head')).toBe(3_000);
  expect(await count(world.pool, 'SELECT sum(request_count) FROM usage_rollups')).toBe(3_000);
  await world.close();
});

it('pauses while PostgreSQL is down, and loses nothing (F18)', async () => {
  const directory = mkdtempSync(join(folder, 'pg-'));
  let server = await startPostgres({ directory, isDurable: true });
  const { migrate } = await import('@secrouter/controlplane');
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await migrate(client);
  await client.end();
  const world = await newWorld(2);
  const { child, exited, lines } = await startProcess({ ...world.environment, DATABASE_URL: server.url });
  const pod = podStream();

  await world.send(pod.batch([pod.usage()]));
  const pool = openTestPool(server.url);
  await eventually(async () => (await count(pool, 'SELECT count(*) FROM usage_events')) === 1);
  await server.kill();
  await world.send(pod.batch([pod.usage(), pod.usage()]));
  await eventually(async () => lines.some((line) => line.level === 50));
  server = await startPostgres({ directory, port: server.port, isDurable: true });
  await eventually(async () =>
    (await count(pool, 'SELECT count(*) FROM usage_events').catch(() => 0)) === 3 ? true : undefined,
  );
  child.kill('SIGTERM');

  expect(await exited).toBe(0);
  expect(await world.queue.getFailedCount()).toBe(0);
  await pool.end();
  await server.close();
  await world.close();
}, 90_000);

it('hands its jobs back when it is stopped while PostgreSQL hangs', async () => {
  const world = await newWorld(3);
  const { child, exited } = await startProcess(world.environment);
  const pod = podStream();
  const blocker = await world.pool.connect();
  await blocker.query('BEGIN; LOCK TABLE audit_head IN ACCESS EXCLUSIVE MODE');

  await world.send(pod.batch([pod.usage()]));
  await eventually(async () => (await world.queue.getActiveCount()) === 1);
  child.kill('SIGTERM');
  const code = await exited;
  await blocker.query('ROLLBACK');
  blocker.release();

  expect(code).toBe(0);
  expect(await world.queue.getFailedCount()).toBe(0);
  const second = await startProcess(world.environment);
  await eventually(async () => (await count(world.pool, 'SELECT count(*) FROM usage_events')) === 1);
  second.child.kill('SIGTERM');
  await second.exited;
  await world.close();
}, 60_000);

it('charges a dead pod for what it had begun, and frees what it had reserved (F36)', async () => {
  const world = await newWorld(4);
  const { redis, keys } = world;
  const open = openRecord();
  const counter = keys.counter('user/u-basic|costNanoUsd|day');
  const running = keys.counter('user/u-basic|concurrency');
  const scripts = loadBudgetScripts();
  const lines = [keys.lease(open.eventId), keys.leases, keys.epoch, counter, running];
  const reserve = [open.eventId, 300, JSON.stringify(open), '', 4_096, 1];
  const windows = [1_000_000_000, 50_000, 400, 900_000, 96, 0, 0, 5, 0, 0, 0, 0, 0, 0];
  const reserved = await redis.eval(scripts.reserveBudget, lines.length, ...lines, ...reserve, ...windows);
  await redis.eval(scripts.renewLease, 2, keys.lease(open.eventId), keys.leases, open.eventId, 300, 150);
  // So short a lease would let the counter itself expire; what is tested is that the lease's end frees it.
  await redis.persist(running);
  const { child, exited } = await startProcess(world.environment);

  const row = await eventually(async () => {
    const { rows } = await world.pool.query(
      'SELECT outcome, input_tokens::int, output_tokens::int, cost_nano_usd::int, estimated FROM usage_events',
    );
    return rows[0] as Record<string, unknown> | undefined;
  });
  await eventually(async () => (await redis.hget(keys.lease(open.eventId), 'state')) === 'closed');
  child.kill('SIGTERM');
  await exited;

  expect(reserved).toContain('admitted');
  // 1,000 input tokens at 50,000 pico-dollars and 150 output tokens at 400,000.
  expect(row).toEqual({
    outcome: 'orphaned',
    input_tokens: 1_000,
    output_tokens: 150,
    cost_nano_usd: 110_000,
    estimated: true,
  });
  expect(await redis.hmget(counter, 'total', 'reserved')).toEqual(['110000', '0']);
  expect(await redis.hget(running, 'total')).toBe('0');
  expect(await redis.zcard(keys.leases)).toBe(0);
  await world.close();
});

it('leaves a lease alone that its pod still renews', async () => {
  const world = await newWorld(5);
  const { redis, keys } = world;
  const open = openRecord();
  const lines = [keys.lease(open.eventId), keys.leases, keys.epoch];
  await redis.eval(
    loadBudgetScripts().reserveBudget,
    3,
    ...lines,
    ...[open.eventId, 60_000, JSON.stringify(open), '', 4_096, 1],
  );
  const { child, exited } = await startProcess(world.environment);
  await new Promise((resolve) => setTimeout(resolve, 600));
  child.kill('SIGTERM');
  await exited;

  expect(await count(world.pool, 'SELECT count(*) FROM usage_events')).toBe(0);
  expect(await redis.exists(keys.lease(open.eventId))).toBe(1);
  await world.close();
});

it('says all that is wrong with its environment at once and exits 78', async () => {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: process.env.PATH, REDIS_URL: 'x' } });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, 'exit');

  expect(code).toBe(78);
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'SECROUTER_AUDIT_SIGNING_KEY_FILE', 'SECROUTER_CHECKPOINT_FILE']) {
    expect(said).toContain(name);
  }
});

it('exports checkpoints that grow and never fall back', async () => {
  const world = await newWorld(6);
  const { child, exited } = await startProcess(world.environment);
  const pod = podStream();
  for (let round = 1; round <= 3; round += 1) {
    await world.send(pod.batch([pod.usage()]));
    await eventually(async () => (await count(world.pool, 'SELECT max(size) FROM checkpoints')) === round);
  }
  child.kill('SIGTERM');
  await exited;

  const notes = readFileSync(world.checkpointFile, 'utf8').split(/\n\n(?=secrouter)/);
  const sizes = notes.map((note) => readCheckpoint(note.endsWith('\n') ? note : `${note}\n`)?.size);
  expect(sizes).toEqual([1, 2, 3]);
  await world.close();
});

function openRecord(): OpenRecord {
  const open = sampleOpenRecord(newId(), newId());
  return { ...open, time: new Date().toISOString(), cell: CELL, podId: 'pod-dead', streamed: true };
}
