// Bodies of up to 32 MiB against a running pod: whatever they hold, others are answered meanwhile, and what is forwarded
// is what came, but for the few splices. They are read in a thread, see `ReadPool`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { whileAskingHealth } from '../support/health-probe.ts';
import { type ErrorAnswer, HttpWorld } from '../support/http-world.ts';
import { longestTurnMs, loopProbeEnvironment } from '../support/loop-probe.ts';

/** P51: what one turn of the event loop may take of its processor. Measured: 5 to 45 ms; without threads 900. */
const TURN_LIMIT_MS = 100;
/** On the clock others take their share of the machine: some tens of milliseconds where it is idle. */
const HEALTH_LIMIT_MS = 1_000;
const MAX_BODY_BYTES = 33_554_432;

const directory = mkdtempSync(join(tmpdir(), 'secrouter-loop-'));
const probeFile = join(directory, 'turns');
let world: HttpWorld;

beforeAll(async () => {
  world = await HttpWorld.start({
    podEnvironment: loopProbeEnvironment(probeFile),
    // Wide enough for what `auto` is asked here.
    configure: ({ models }) => {
      models.find(({ id }: { readonly id: string }) => id === 'local/small').contextWindow = MAX_BODY_BYTES;
    },
  });
});
afterAll(async () => {
  await world?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => world.reset());

const many = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => item(index)).join();
const user = (content: string) => `"messages":[{"role":"user","content":${content}}]`;
const HI = user('"hi"');
const CAP = '"max_tokens":9';

/** Posts while others ask for the pod's health, which they get. */
async function postWatched(body: string): Promise<ErrorAnswer> {
  const startedMs = Date.now();
  const { result, slowestMs, answers } = await whileAskingHealth(`${world.fleet.url}/health`, () => world.error(body));
  expect(answers).toBeGreaterThan(0);
  expect(slowestMs).toBeLessThan(HEALTH_LIMIT_MS);
  expect(longestTurnMs(probeFile, startedMs)).toBeLessThan(TURN_LIMIT_MS);
  return result;
}

async function sentBody(): Promise<string> {
  const [seen, ...others] = await world.seen();
  expect(others).toEqual([]);
  return seen?.rawBody ?? '';
}

describe('a large body that is refused holds nobody up', () => {
  const rows: readonly [what: string, body: () => string, code: string][] = [
    [
      '100,000 messages',
      () => `{"messages":[${many(100_000, () => '{"role":"user","content":"x"}')}]}`,
      'request_too_large',
    ],
    ['a million keys', () => `{${many(1_000_000, (index) => `"k${index}":1`)},${HI}}`, 'request_too_large'],
    [
      '600,000 numbers',
      () => `{"x":[[${many(300_000, String)}],[${many(300_000, String)}]],${HI}}`,
      'request_too_large',
    ],
    ['a duplicate at the end', () => `{"x":"${'y'.repeat(30_000_000)}","a":1,"a":2,${HI}}`, 'duplicate_key'],
    [
      'blanks behind an override',
      () => `{"model":"auto",${user(`"/max${' '.repeat(30_000_000)}"`)}}`,
      'empty_override',
    ],
  ];

  test.each(rows)('P51 %s', async (_what, body, code) => {
    const answer = await postWatched(body());

    expect(answer.code).toBe(code);
    expect(await world.seen()).toEqual([]);
  });
});

describe('a large body that is forwarded holds nobody up, and arrives as it came', () => {
  const rows: readonly [what: string, body: () => string][] = [
    ['one string of 30 MB', () => user(`"${'lorem ipsum '.repeat(2_500_000)}"`)],
    ['30 MB in another script', () => user(`"${'日本語 😀'.repeat(2_100_000)}"`)],
    ['30 MB of escapes', () => user(`"${'\\u00e9\\n\\ud83d\\ude00'.repeat(1_500_000)}"`)],
    ['400,000 numbers', () => `"x":[${many(400_000, (index) => `${index}.10`)}],${HI}`],
    ['9,900 members', () => `${many(9_900, (index) => `"é${index}":"${'ü'.repeat(500)}"`)},${HI}`],
    ['a name of 30 MB', () => `"${'日本語'.repeat(3_300_000)}":1,${HI}`],
    ['5,000 messages', () => `"messages":[${many(5_000, () => `{"role":"user","content":"${'é x'.repeat(800)}"}`)}]`],
  ];

  test.each(rows)('P51 %s', async (_what, members) => {
    const body = `{"model":"local/small",${members()},${CAP}}`;
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_BODY_BYTES);

    const answer = await postWatched(body);

    expect(answer.status).toBe(200);
    // Compared as a whole, and not by the test's printer: 30 MB of difference would take it minutes.
    expect((await sentBody()) === body.replace('local/small', 'small')).toBe(true);
  });

  test('P64 the splices stand where they belong, behind megabytes of other scripts', async () => {
    const before = '日本語é😀'.repeat(500_000);
    const prefix = '\\u002fsimple  ';
    const text = (model: string, override: string) =>
      `{"user":"${before}","model":"${model}","stream":true,"stream_options":{"é":"ü"},${user(`"${override}${before}"`)},${CAP}}`;

    const answer = await world.post(text('auto', prefix));
    await answer.text();

    expect(answer.headers.get('x-secrouter-tier')).toBe('SIMPLE');
    const expected = text('small', '').replace('{"é":"ü"}', '{"é":"ü","include_usage":true}');
    expect((await sentBody()) === expected).toBe(true);
  });

  test('of exactly the limit passes, one byte more does not', async () => {
    const body = (length: number) => {
      const empty = `{"model":"local/small",${CAP},${user('""')}}`;
      return empty.replace('""', `"${'x'.repeat(length - empty.length)}"`);
    };

    expect((await postWatched(body(MAX_BODY_BYTES))).status).toBe(200);
    expect((await world.error(body(MAX_BODY_BYTES + 1))).code).toBe('request_too_large');
  });

  test('several at once are all answered, and so are small ones', async () => {
    const large = `{"model":"local/small",${user(`"${'lorem ipsum '.repeat(800_000)}"`)},${CAP}}`;
    const small = `{"model":"local/small",${HI},${CAP}}`;

    const answers = await Promise.all([large, small, large, small, large].map((body) => world.error(body)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });
});
