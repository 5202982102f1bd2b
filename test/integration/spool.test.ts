// The event stream and its spool on a real disk, with a sender that fails as a test wants it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventQueue, EventStream, entriesToSend, readLeftSpools, recoverSpools, Spool } from '@secrouter/dataplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { EVENT_QUEUE, type EventBatch, eventBatchSchema, uuidV7 } from '@secrouter/proto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../support/child.ts';
import { sampleOpenRecord, sampleUsageEvent } from '../support/sample-events.ts';

const identity = { cell: 't', podId: 'pod-1' };
const log = { info: () => undefined, warn: () => undefined };
const MIB = 1024 * 1024;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secrouter-spool-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const newId = () => uuidV7(Date.now(), randomBytes(10));

interface World {
  readonly podStream: string;
  readonly spool: Spool;
  readonly stream: EventStream;
  /** Batches that were taken. */
  readonly taken: EventBatch[];
  /** What the sender does with a batch before it takes it. */
  answer: (batch: EventBatch) => Promise<void>;
}

async function newWorld(maxBytes = 64 * MIB): Promise<World> {
  const podStream = newId();
  const spool = await Spool.open(directory, podStream, maxBytes);
  const world: Omit<World, 'stream'> & { answer: World['answer'] } = {
    podStream,
    spool,
    taken: [],
    answer: async () => undefined,
  };
  const sendBatch = async (batch: EventBatch) => {
    await world.answer(batch);
    world.taken.push(batch);
  };
  return Object.assign(world, { stream: new EventStream({ ...identity, podStream, spool, sendBatch, log }) });
}

function addUsage(world: World): string {
  const eventId = newId();
  world.stream.appendUsage(sampleUsageEvent(sampleOpenRecord(eventId, world.podStream)), null);
  return eventId;
}

const takenIds = (world: World) => world.taken.flatMap(({ entries }) => entries.map(({ event }) => event.eventId));
const takenNumbers = (world: World) => world.taken.flatMap(({ entries }) => entries.map(({ sequence }) => sequence));
const files = () => readdirSync(directory).filter((name) => name.endsWith('.spool'));
const drained = (world: World) =>
  until(
    () => world.stream.backlog === 0,
    10_000,
    () => `backlog ${world.stream.backlog}`,
  );

describe('the stream', () => {
  test('numbers without a gap and keeps the order, whatever the sender does', async () => {
    const world = await newWorld();
    let calls = 0;
    world.answer = async () => {
      calls += 1;
      if (calls % 3 === 1) throw new Error('no');
    };

    const ids = Array.from({ length: 250 }, () => addUsage(world));
    await drained(world);

    expect(takenIds(world)).toEqual(ids);
    expect(takenNumbers(world)).toEqual(ids.map((_, index) => index + 1));
    for (const batch of world.taken) expect(eventBatchSchema.safeParse(batch).success).toBe(true);
    await world.spool.close();
  });

  test('leaves no file behind once all was taken, and all of it while something was not', async () => {
    const [good, bad] = [await newWorld(), await newWorld()];
    bad.answer = () => Promise.reject(new Error('down'));
    addUsage(good);
    const id = addUsage(bad);

    await drained(good);
    await Promise.all([good.stream.close(1_000), bad.stream.close(1_000)]);
    await Promise.all([good.spool.close(), bad.spool.close()]);

    const [left, ...others] = await readLeftSpools(directory, newId());
    expect(others).toEqual([]);
    expect(left?.podStream).toBe(bad.podStream);
    expect(entriesToSend(left?.lines ?? []).map(({ event }) => event.eventId)).toEqual([id]);
  });
});

type WriteBytes = (this: FileHandle, bytes: Buffer, offset: number, length: number, at: null) => Promise<unknown>;

describe('a durable open record', () => {
  test('is on the disk when its promise resolves', async () => {
    const world = await newWorld();
    const record = sampleOpenRecord(newId(), world.podStream);

    await world.stream.open(record, true);

    expect(readFileSync(join(directory, files()[0] ?? ''), 'utf8')).toContain(record.eventId);
    await world.spool.close();
  });

  test('is not promised when the disk refuses; then the spool is full and recovers alone, without a torn record', async () => {
    const world = await newWorld();
    const probe = await open(join(directory, 'probe'), 'a');
    const prototype = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const write = prototype.write as unknown as WriteBytes;
    let isBroken = true;
    const faulty: WriteBytes = async function (this: FileHandle, bytes, offset, length, position) {
      if (!isBroken) return write.call(this, bytes, offset, length, position);
      await write.call(this, bytes, offset, 40, position); // half of it arrives
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    vi.spyOn(prototype, 'write').mockImplementation(faulty as unknown as FileHandle['write']);

    const waiting = addUsage(world);
    await expect(world.stream.open(sampleOpenRecord(newId(), world.podStream), true)).rejects.toThrow('full');
    const isFull = world.spool.isFull;
    isBroken = false;
    await until(
      () => !world.spool.isFull,
      5_000,
      () => 'the spool does not recover',
    );

    const text = readFileSync(join(directory, files()[0] ?? ''), 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(isFull).toBe(true);
    expect(lines.map((line) => JSON.parse(line).entry?.event.eventId)).toEqual([waiting]);
    await world.spool.close();
  });

  test('keeps its file until its usage event is safe, however much is written after it', async () => {
    const world = await newWorld(MIB);
    const record = sampleOpenRecord(newId(), world.podStream);
    await world.stream.open(record, true);
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 100; index += 1) addUsage(world);
      await drained(world);
      await world.stream.open(sampleOpenRecord(newId(), world.podStream), false);
    }
    await until(
      () => files().length <= 2,
      5_000,
      () => files().join(),
    );

    const [left] = await readLeftSpools(directory, newId());
    const orphan = entriesToSend(left?.lines ?? []).find(({ event }) => event.eventId === record.eventId);

    // All 400 entries are safe and most files are gone; the number still lies after them.
    expect(orphan).toMatchObject({ kind: 'usage', sequence: 401, event: { outcome: 'orphaned', inputTokens: 1_000 } });
    await world.spool.close();
  });
});

describe('the bound', () => {
  test('is kept under traffic that never rests', async () => {
    const world = await newWorld(MIB);
    let highest = 0;

    // Something is always on its way to the queue: the spool must not wait for a pause.
    world.answer = () => new Promise((resolve) => setImmediate(resolve));
    for (let count = 0; count < 3_000; count += 1) {
      addUsage(world);
      while (world.stream.backlog > 200) {
        highest = Math.max(highest, world.spool.bytes);
        await new Promise((resolve) => setImmediate(resolve));
        expect(world.stream.backlog).toBeGreaterThan(0);
      }
      expect(world.spool.isFull).toBe(false);
    }

    await drained(world);
    expect(world.stream.lastSequence).toBe(3_000);
    expect(takenNumbers(world)).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    expect(highest).toBeLessThan(MIB);
    await world.spool.close();
  });

  test('makes the spool full while the queue takes nothing, and nothing is dropped', async () => {
    const world = await newWorld(MIB);
    let isDown = true;
    world.answer = async () => {
      if (isDown) throw new Error('down');
    };
    const ids: string[] = [];
    while (!world.spool.isFull) {
      ids.push(addUsage(world));
      if (ids.length % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    ids.push(addUsage(world)); // a request that was admitted before ends after
    isDown = false;
    await drained(world);

    await until(
      () => !world.spool.isFull,
      5_000,
      () => 'still full',
    );
    expect(takenIds(world)).toEqual(ids);
    await world.spool.close();
  });

  test('removes no file that holds an unacknowledged record, at any moment', async () => {
    const world = await newWorld(MIB);
    const released: (() => void)[] = [];
    world.answer = () => new Promise((resolve) => released.push(resolve));
    const ids: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      for (let index = 0; index < 40; index += 1) ids.push(addUsage(world));
      released.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
      if (round % 5 !== 4) continue;

      await until(
        async () => {
          // A file may go between the listing and the reading: then the look is repeated.
          const lines = (await readLeftSpools(directory, newId()).catch(() => [])).flatMap((left) => left.lines);
          const onDisk = new Set(entriesToSend(lines).map(({ event }) => event.eventId));
          const safe = new Set(takenIds(world));
          return ids.every((id) => safe.has(id) || onDisk.has(id));
        },
        2_000,
        () => 'a record is neither in the queue nor on the disk',
      );
    }
    world.answer = async () => undefined;
    for (const release of released) release();
    await drained(world);
    await world.spool.close();
  });
});

describe('a crash', () => {
  test('F35 loses no promised record: closed ones are sent, open ones become orphans, each once', async () => {
    const podStream = newId();
    const script = fileURLToPath(new URL('../support/spool-writer.ts', import.meta.url));
    const child = spawn(process.execPath, [script, directory, podStream], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    await until(
      () => output.split('\n').length > 200,
      20_000,
      () => output.slice(0, 200),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const promised = [...output.matchAll(/^open (\S+)$/gm)].map(([, id]) => id);
    const batches: EventBatch[] = [];
    let calls = 0;

    await recoverSpools(await readLeftSpools(directory, newId()), {
      identity,
      log,
      send: async (batch) => {
        calls += 1;
        if (calls === 1) throw new Error('not connected yet');
        batches.push(batch);
      },
    });

    const entries = batches.flatMap((batch) => batch.entries);
    const ids = entries.map(({ event }) => event.eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(promised));
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    const outcomes = entries.map(({ event }) => event.outcome);
    expect(outcomes.filter((outcome) => outcome === 'orphaned').length).toBeGreaterThanOrEqual(promised.length / 3 - 1);
    expect(outcomes.filter((outcome) => outcome === 'ok').length).toBeGreaterThan(promised.length / 2);
    expect(batches.every((batch) => batch.podStream === podStream && eventBatchSchema.safeParse(batch).success)).toBe(
      true,
    );
    expect(files()).toEqual([]);
  });

  test('a torn last line and a damaged one cost nothing else', async () => {
    const podStream = newId();
    const entry = (sequence: number) => {
      const event = sampleUsageEvent(sampleOpenRecord(newId(), podStream));
      return JSON.stringify({ record: 'entry', entry: { kind: 'usage', sequence, event, sourceIp: null } });
    };
    writeFileSync(join(directory, `${podStream}.2.spool`), `${entry(3)}\n${entry(4).slice(0, 50)}`);
    writeFileSync(join(directory, `${podStream}.1.spool`), `${entry(1)}\n\u0000\u0000{"rec\n${entry(2)}\n`);

    const [left] = await readLeftSpools(directory, newId());

    expect(entriesToSend(left?.lines ?? []).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  test('an open record that Redis witnessed is left to the reaper', async () => {
    const world = await newWorld();
    await world.stream.open(sampleOpenRecord(newId(), world.podStream), false);
    addUsage(world);
    await until(
      () => world.stream.backlog === 0,
      5_000,
      () => 'not sent',
    );

    const [left] = await readLeftSpools(directory, newId());

    expect(entriesToSend(left?.lines ?? []).map(({ event }) => event.outcome)).toEqual(['ok']);
    await world.spool.close();
  });
});

describe('the queue', () => {
  let server: RunningStore | undefined;
  afterEach(() => server?.close());

  test('takes a repeat that carries more than the first try for another job', async () => {
    server = await startRedis({ isDurable: false });
    const connection = new Redis(server.url, { maxRetriesPerRequest: 1 });
    await once(connection, 'ready');
    const queue = new EventQueue(connection, 'spool-test');
    const podStream = newId();
    const open = sampleOpenRecord(newId(), podStream);
    const entries = [1, 2, 3].map((sequence) => {
      const event = sampleUsageEvent({ ...open, eventId: newId() });
      return { kind: 'usage' as const, sequence, event, sourceIp: null };
    });
    const batch = (count: number) => ({
      version: 1 as const,
      ...identity,
      podStream,
      entries: entries.slice(0, count),
    });

    await queue.send(batch(1)); // its acknowledgement is lost, so the next try carries what gathered since
    await queue.send(batch(3));

    const reader = new Queue<EventBatch>(EVENT_QUEUE, { connection, prefix: 'spool-test' });
    const jobs = await reader.getJobs(['waiting']);
    const delivered = new Set(jobs.flatMap((job) => job.data.entries.map(({ sequence }) => sequence)));
    expect(delivered).toEqual(new Set([1, 2, 3]));
    await Promise.all([reader.close(), queue.close()]);
    connection.disconnect();
  });
});
