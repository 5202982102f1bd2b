import { RequestRefused } from '@secrouter/proto';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ReadLimits, readRequest } from '../stages/read.ts';
import { MAX_INLINE_BYTES, MAX_QUEUED_READS, ReadPool } from './read-pool.ts';

const LIMITS: ReadLimits = { jsonDepth: 16, messages: 2_000, classifiedTextBytes: 1_024 };
const OPEN = new AbortController().signal;
const pool = new ReadPool({ workers: 1, onWorkerLost: () => undefined });

afterAll(() => pool.close());

async function outcomeOf(reading: () => unknown): Promise<unknown> {
  try {
    const { bytes, ...request } = (await reading()) as { readonly bytes: Uint8Array };
    return { ...request, body: Buffer.from(bytes).toString('base64') };
  } catch (error) {
    if (error instanceof RequestRefused) return { code: error.code, details: error.details };
    throw error;
  }
}

/** A body that is too long to be read at once. */
function large(members: string): Buffer {
  return Buffer.from(`{"x":"${'lorem ipsum '.repeat(MAX_INLINE_BYTES / 12 + 1)}",${members}}`);
}

const HI = '"messages":[{"role":"user","content":"hi"}]';

describe('a large body', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const part = fc.oneof(
    fc.record({ type: fc.constant('text'), text }),
    fc.constant({ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }),
    fc.constant({ type: 'image_url', image_url: { url: 'https://remote.test/x' } }),
    fc.constant({ file_id: 'file-1' }),
  );
  const message = fc.record({
    role: fc.constantFrom('user', 'system', 'assistant', 'tool', 'other'),
    content: fc.oneof(text, fc.constantFrom('/max hi', '[deep]', 'simple mode: é'), fc.array(part, { maxLength: 3 })),
  });
  const body = fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }).chain((others) =>
    fc
      .record(
        {
          model: fc.constantFrom('auto', 'local/small', 7),
          messages: fc.array(message, { minLength: 1, maxLength: 5 }),
          input: fc.array(text, { maxLength: 3 }),
          stream_options: fc.dictionary(text, fc.boolean(), { maxKeys: 3 }),
          max_tokens: fc.nat(3),
          tools: fc.constantFrom([], [{ type: 'function' }], [{ type: 'mcp' }]),
        },
        { requiredKeys: [] },
      )
      .map((known) => ({ ...others, ...known })),
  );

  test('is read in a thread to the same result, or the same refusal, as at once', async () => {
    const padding = 'é lorem 😀'.repeat(100_000);
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('chat', 'embeddings'), fc.nat(3), async (members, endpoint, cut) => {
        const whole = Buffer.from(JSON.stringify({ padding, ...members }));
        const bytes = cut === 1 ? whole.subarray(0, whole.length - 1) : whole;
        const inline = await outcomeOf(() => readRequest(endpoint as 'chat', Buffer.from(bytes), LIMITS));

        const threaded = await outcomeOf(() => pool.read(endpoint as 'chat', Buffer.from(bytes), LIMITS, OPEN));

        expect(threaded).toEqual(inline);
      }),
      { numRuns: 40 },
    );
  });

  test('leaves the loop to others', async () => {
    const bytes = large(`"y":[${'1,'.repeat(399_999)}1],${HI}`);
    await pool.read('chat', large(HI), LIMITS, OPEN);
    let longestMs = 0;
    let lastMs = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 1);

    await pool.read('chat', bytes, LIMITS, OPEN);

    clearInterval(timer);
    // The margin is the machine's; read at once, these numbers alone take about as long.
    expect(longestMs).toBeLessThan(100);
  });

  test('that shares its memory leaves the rest of it usable', async () => {
    const whole = large(HI);
    const shared = Buffer.concat([Buffer.from('abc'), whole]);

    await pool.read('chat', shared.subarray(3), LIMITS, OPEN);

    expect(shared.toString('utf8', 0, 4)).toBe('abc{');
  });
});

describe('a small body', () => {
  test('is read at once, on its own memory', async () => {
    const bytes = Buffer.from(`{${HI}}`);

    expect((await pool.read('chat', bytes, LIMITS, OPEN)).bytes).toBe(bytes);
  });

  test('so is a large one where there are no threads', async () => {
    const bytes = large(HI);
    const alone = new ReadPool({ workers: 0, onWorkerLost: () => undefined });

    expect((await alone.read('chat', bytes, LIMITS, OPEN)).bytes).toBe(bytes);
  });
});

describe('the queue', () => {
  test('is bounded, and gives up what nobody waits for', async () => {
    const leaving = new AbortController();
    const read = () => pool.read('chat', large(HI), LIMITS, leaving.signal).catch((error: Error) => error);
    const waiting = Array.from({ length: MAX_QUEUED_READS + 1 }, read);

    expect(await read()).toMatchObject({ code: 'overloaded', details: { retryAfterSeconds: 1 } });
    expect(pool.queuedReads).toBe(MAX_QUEUED_READS);
    leaving.abort('client_gone');
    expect(pool.queuedReads).toBe(0);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ name: 'ClientGone' });
    expect(await pool.read('chat', large(HI), LIMITS, OPEN)).toMatchObject({ model: 'auto' });
  });

  test('is refused when the pool closes', async () => {
    const closing = new ReadPool({ workers: 1, onWorkerLost: () => undefined });
    const waiting = [1, 2].map(() => closing.read('chat', large(HI), LIMITS, OPEN).catch((error: Error) => error));

    await closing.close();

    for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ code: 'overloaded' });
  });
});

test('a thread that dies refuses its body, and the next body has another thread', async () => {
  const lost: unknown[] = [];
  const mortal = new ReadPool({ workers: 1, onWorkerLost: (error) => lost.push(error) });
  // Limits that no configuration can state: the reader throws what is no refusal.
  const outcomes = await Promise.all(
    [{ ...LIMITS, jsonDepth: Number.NaN }, LIMITS].map((limits) =>
      mortal.read('chat', large(HI), limits, OPEN).catch((error: Error) => error),
    ),
  );

  expect(outcomes[0]).toMatchObject({ code: 'overloaded', details: { reason: 'read_worker' } });
  expect(outcomes[1]).toMatchObject({ model: 'auto' });
  expect(lost).toMatchObject([{ name: 'RangeError' }]);
  await mortal.close();
});
