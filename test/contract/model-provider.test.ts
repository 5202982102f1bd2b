// The development model provider through OpenAI's own SDK where that matters, and byte by byte where it does not.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const MAIN_SCRIPT = join(import.meta.dirname, '../../infra/src/model-provider/main.ts');
const API_KEY = 'provider-key-for-tests';
const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
} as const;

let child: ChildProcess;
let url: string;
let client: OpenAI;

beforeAll(async () => {
  child = spawn(process.execPath, [MAIN_SCRIPT], {
    env: { ...process.env, SECROUTER_MODEL_PROVIDER_PORT: '0', SECROUTER_DEV_PROVIDER_KEY: API_KEY },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no pipe to the model provider');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  url = /http:\S+/.exec(line)?.[0] ?? '';
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: API_KEY, maxRetries: 0 });
  await control({ settings: { chunksPerSecond: 0 } });
});

afterEach(async () => {
  await control({ reset: true, settings: { chunksPerSecond: 0 } });
  await fetch(`${url}/control/requests`, { method: 'DELETE' });
});

afterAll(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
});

describe('answers', () => {
  test('keeps listings of models apart from the calls', async () => {
    await fetch(`${url}/control/listings`, { method: 'DELETE' });

    await client.models.list();

    const listings = await (await fetch(`${url}/control/listings`)).json();
    expect(listings).toMatchObject([{ method: 'GET', path: '/v1/models', outcome: 'completed' }]);
    expect(await (await fetch(`${url}/control/requests`)).json()).toEqual([]);
  });

  test('lists its models and refuses one that it does not serve', async () => {
    const models = await client.models.list();
    const unknown = ask('no-such-model', 'hello');

    expect(models.data.map((model) => model.id)).toEqual(['small', 'medium', 'large', 'reasoning', 'embedding']);
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  test.each(['small', 'medium', 'large', 'reasoning'])('answers as %s, the same every time', async (model) => {
    const [first, second] = [await ask(model, 'hello'), await ask(model, 'hello')];

    expect(first).toEqual(second);
    expect(first.model).toBe(model);
    expect(first.choices[0]?.message.content).toContain(`"${model}"`);
    expect(first.choices[0]?.finish_reason).toBe('stop');
  });

  test('counts four bytes as a token, and the reasoning model adds its own', async () => {
    const text = '12345678';

    const [small, reasoning] = [await ask('small', text), await ask('reasoning', text)];

    const answerBytes = Buffer.byteLength(small.choices[0]?.message.content ?? '');
    expect(small.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: Math.ceil(answerBytes / 4) });
    expect(reasoning.usage?.completion_tokens_details?.reasoning_tokens).toBe(16);
  });

  test('streams the same text in pieces, with usage in a last chunk only where it is asked for', async () => {
    const plain = await stream({});
    const metered = await stream({ stream_options: { include_usage: true } });

    const whole = await ask('small', 'hello');
    expect(textOf(plain)).toBe(whole.choices[0]?.message.content);
    expect(plain.some((chunk) => 'usage' in chunk)).toBe(false);
    expect(metered.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
    expect(metered.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  test('stops at the cap of the caller without splitting a character', async () => {
    await control({ rules: [{ answer: '東京東京' }] });

    const answer = await client.chat.completions.create({ ...prompt('small', 'hello'), max_tokens: 1 });

    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '東' } });
    expect(answer.usage?.completion_tokens).toBe(1);
  });

  test('gives as many choices as asked and bills each', async () => {
    const one = await ask('small', 'hello');
    const three = await client.chat.completions.create({ ...prompt('small', 'hello'), n: 3 });

    expect(three.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(three.usage?.completion_tokens).toBe(3 * (one.usage?.completion_tokens ?? 0));
  });

  test('repeats the request word for word for echo-request', async () => {
    const body =
      '{"messages":[{"role":"user","content":"echo-request"}], "model":"small","seed":9007199254740993,"2":1,"1":2}';

    const response = await post('/v1/chat/completions?x=1', body, { 'x-mark': 'seen' });

    const text = JSON.parse(response.text).choices[0].message.content;
    expect(text).toContain(`"body":${body}}`);
    expect(JSON.parse(text)).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions?x=1',
      headers: { 'x-mark': 'seen' },
    });
  });

  test('calls the offered tool in several pieces and answers its result', async () => {
    const chunks = await stream({ tools: [WEATHER_TOOL], messages: [{ role: 'user', content: 'please call-tool' }] });
    const calls = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    const argumentsText = calls.map((call) => call.function?.arguments ?? '').join('');
    const final = await client.chat.completions.create({
      model: 'small',
      tools: [WEATHER_TOOL],
      messages: [
        { role: 'user', content: 'please call-tool' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: argumentsText } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      ],
    });

    expect(calls[0]).toMatchObject({ index: 0, type: 'function', function: { name: 'get_weather', arguments: '' } });
    expect(calls.length).toBeGreaterThan(3);
    expect(JSON.parse(argumentsText)).toEqual({ city: 'example – 東京', days: 42 });
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
    expect(final.choices[0]?.message.content).toBe('The tool answered: sunny');
  });

  test('embeds the same text as the same unit vector, whatever the encoding', async () => {
    const request = { model: 'embedding', input: ['one', 'two'], dimensions: 8 };

    const binary = await client.embeddings.create(request);
    const plain = await client.embeddings.create({ ...request, encoding_format: 'float' });

    const [one, two] = plain.data.map((item) => item.embedding);
    expect(binary.data.map((item) => item.embedding)).toEqual([one, two]);
    expect(one).not.toEqual(two);
    expect(Math.hypot(...(one ?? []))).toBeCloseTo(1, 5);
    expect(plain.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
  });

  test('refuses another key than its own, accepts it as Azure spells it, and is healthy without any', async () => {
    const wrong = await post('/v1/chat/completions', JSON.stringify(prompt('small', 'x')), {
      authorization: 'Bearer other',
    });
    const azure = await post(
      '/openai/deployments/small/chat/completions',
      '{"messages":[{"role":"user","content":"x"}]}',
      {
        authorization: '',
        'api-key': API_KEY,
      },
    );
    const health = await fetch(`${url}/health`);

    expect([wrong.status, JSON.parse(wrong.text).error.code]).toEqual([401, 'invalid_api_key']);
    expect([azure.status, JSON.parse(azure.text).model]).toEqual([200, 'small']);
    expect(health.status).toBe(200);
  });
});

describe('recorded requests', () => {
  test('have method, path, headers and the body word for word', async () => {
    const body = '{ "model": "small", "messages": [{"role":"user","content":"x"}] }';

    await post('/v1/chat/completions', body, { 'X-Mark': 'a' });

    const [recorded] = await requests();
    expect(recorded).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      rawBody: body,
      body: JSON.parse(body),
    });
    expect(recorded?.headers).toMatchObject({ 'x-mark': 'a', authorization: `Bearer ${API_KEY}` });
    await expect.poll(async () => (await requests())[0]?.outcome).toBe('completed');
  });

  test('keep the last thousand', { timeout: 60_000 }, async () => {
    for (let batch = 0; batch < 21; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, () => post('/v1/embeddings', '{"model":"embedding","input":"x"}')));
    }

    const recorded = await requests();
    expect(recorded).toHaveLength(1_000);
    expect((recorded[999]?.sequence ?? 0) - (recorded[0]?.sequence ?? 0)).toBe(999);
  });

  test('show that the caller hung up', async () => {
    await control({ rules: [{ hangMs: 'forever' }] });
    const caller = new AbortController();
    const answer = fetchChat(prompt('small', 'x'), caller.signal);
    await expect.poll(async () => (await requests()).length).toBe(1);

    caller.abort();

    await expect(answer).rejects.toThrow();
    await expect.poll(async () => (await requests())[0]?.outcome).toBe('client-gone');
  });
});

describe('rules', () => {
  test('apply to the model and the number of requests that they name, in order', async () => {
    await control({
      rules: [
        { model: 'small', count: 1, status: 500 },
        { model: 'small', count: 1, status: 429, retryAfterSec: 7 },
      ],
    });

    const medium = await fetchChat(prompt('medium', 'x'));
    const small = [
      await fetchChat(prompt('small', 'x')),
      await fetchChat(prompt('small', 'x')),
      await fetchChat(prompt('small', 'x')),
    ];

    expect(medium.status).toBe(200);
    expect(small.map((response) => response.status)).toEqual([500, 429, 200]);
    expect(small[1]?.headers.get('retry-after')).toBe('7');
  });

  test('end with a reset', async () => {
    await control({ rules: [{ status: 500 }], settings: { cachedTokens: 3 } });

    const state = await control({ reset: true });

    expect(await state.json()).toMatchObject({ rules: [], settings: { cachedTokens: 0, liveModels: null } });
    expect((await fetchChat(prompt('small', 'x'))).status).toBe(200);
  });

  test('are refused with every problem when they are wrong', async () => {
    const refused = await control({ rules: [{ statsu: 500 }, { count: 0, cut: { how: 'rst', afterChunks: -1 } }] });

    expect(refused.status).toBe(400);
    const { problems } = (await refused.json()) as { problems: string[] };
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'rules.0',
      'rules.1.count',
      'rules.1.cut.afterChunks',
    ]);
    expect((await fetchChat(prompt('small', 'x'))).status).toBe(200);
  });

  test('send a status, a body and headers of their own, or a redirect', async () => {
    await control({
      rules: [
        {
          count: 1,
          status: 400,
          body: { error: { code: 'context_length_exceeded' } },
          headers: { 'x-internal': 'host-7' },
        },
        { redirectTo: 'http://169.254.169.254/', status: 307 },
      ],
    });

    const first = await fetchChat(prompt('small', 'x'));
    const second = await fetchChat(prompt('small', 'x'));

    expect([first.status, first.headers.get('x-internal'), await first.json()]).toEqual([
      400,
      'host-7',
      { error: { code: 'context_length_exceeded' } },
    ]);
    expect([second.status, second.headers.get('location')]).toEqual([307, 'http://169.254.169.254/']);
  });

  test('match a request by a member of its body, as servers do that know no stream_options', async () => {
    await control({ rules: [{ hasField: 'stream_options', status: 400 }] });

    const without = await fetchChat({ ...prompt('small', 'x'), stream: true });
    const withOption = await fetchChat({
      ...prompt('small', 'x'),
      stream: true,
      stream_options: { include_usage: true },
    });

    expect([without.status, withOption.status]).toEqual([200, 400]);
  });

  test('omit or replace usage, and report cached tokens', async () => {
    await control({
      rules: [
        { count: 1, omitUsage: true },
        { count: 1, usage: { prompt_tokens: 0 } },
        { count: 1, cachedTokens: 1 },
      ],
    });

    const answers = [await ask('small', 'hello'), await ask('small', 'hello'), await ask('small', 'hello')];

    expect(answers[0]).not.toHaveProperty('usage');
    expect(answers[1]?.usage).toEqual({ prompt_tokens: 0 });
    expect(answers[2]?.usage?.prompt_tokens_details?.cached_tokens).toBe(1);
  });

  test('take a model out of service', async () => {
    await control({ settings: { liveModels: ['medium'] } });

    expect((await client.models.list()).data.map((model) => model.id)).toEqual(['medium']);
    expect((await fetchChat(prompt('small', 'x'))).status).toBe(404);
    expect((await fetchChat(prompt('medium', 'x'))).status).toBe(200);
  });

  test.each(['rst', 'fin'] as const)('drop the connection before any answer (%s)', async (disconnect) => {
    await control({ rules: [{ disconnect }] });

    await expect(fetchChat(prompt('small', 'x'))).rejects.toThrow('fetch failed');
  });
});

describe('streams that go wrong', () => {
  test.each(['rst', 'fin', 'short-length', 'bad-chunk'])('are cut in the middle (%s)', async (how) => {
    await control({ rules: [{ cut: { afterChunks: 2, how } }] });

    const { text, broken } = await streamText();

    expect(broken).toBe(true);
    expect(text.match(/^data: /gm)).toHaveLength(2);
    await expect.poll(async () => (await requests())[0]?.outcome).toBe('cut');
  });

  test('are cut when they are no streams, short of their length', async () => {
    await control({ rules: [{ cut: { afterChunks: 1, how: 'fin' } }] });

    const response = await fetchChat(prompt('small', 'x'));

    await expect(response.text()).rejects.toThrow('terminated');
  });

  test('have a malformed event, no [DONE], or an error event at their end', async () => {
    await control({
      rules: [
        { count: 1, malformed: { afterChunks: 1 } },
        { count: 1, omitDone: true },
        { count: 1, errorEvent: { afterChunks: 1 } },
      ],
    });

    const [malformed, noDone, errorEvent] = [await streamText(), await streamText(), await streamText()];

    expect(malformed.text).toContain('data: {"choices":[{"delta":\n\n');
    expect(malformed.text).toContain('[DONE]');
    expect(noDone).toMatchObject({ broken: false, text: expect.not.stringContaining('[DONE]') });
    expect(errorEvent.text.trimEnd().split('\n\n').at(-1)).toMatch(/^data: \{"error":\{"message"/);
  });

  test('have a line longer than any reader should keep', async () => {
    await control({ rules: [{ hugeLine: { afterChunks: 1, bytes: 3_000_000 } }] });

    const { text } = await streamText();

    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeGreaterThan(3_000_000);
  });

  test('stall in the middle until the caller leaves', async () => {
    await control({ rules: [{ stall: { afterChunks: 1, forMs: 'forever' } }] });
    const caller = new AbortController();
    const response = await fetchChat({ ...prompt('small', 'x'), stream: true }, caller.signal);
    const first = await response.body?.getReader().read();

    caller.abort();

    expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^data: /);
    await expect.poll(async () => (await requests())[0]?.outcome).toBe('client-gone');
  });

  test('drip in portions far smaller than an event', async () => {
    await control({ rules: [{ answer: 'one two', drip: { bytes: 40, intervalMs: 5 } }] });

    const { text, arrivals } = await streamText();

    expect(arrivals).toBeGreaterThan(2 * eventData(text).length);
    expect(text).toContain('[DONE]');
  });

  test('are never written faster than they are read', async () => {
    await control({ rules: [{ answer: 'word '.repeat(200), repeat: 5_000 }] });
    const caller = new AbortController();
    const response = await fetchChat({ ...prompt('small', 'x'), stream: true }, caller.signal);
    const reader = response.body?.getReader();
    await reader?.read();

    expect((await requests())[0]?.outcome).toBe('open');
    caller.abort();
    await expect.poll(async () => (await requests())[0]?.outcome).toBe('client-gone');
  });

  test('are spelled in every way, split inside characters, and still mean the same', async () => {
    const usual = await streamText();

    for (const rule of [
      { lineEnding: 'crlf' },
      { lineEnding: 'cr' },
      { dataWithoutSpace: true },
      { multiLineData: true },
      { comments: true, eventFields: true },
      { byteOrderMark: true },
    ]) {
      await control({ reset: true, rules: [{ ...rule, splitBytes: 7 }] });
      const other = await streamText();

      expect(other.text).not.toBe(usual.text);
      expect(eventData(other.text)).toEqual(eventData(usual.text));
    }
  });
});

type ChatChunk = OpenAI.Chat.Completions.ChatCompletionChunk;

interface Recorded {
  readonly sequence: number;
  readonly outcome: string;
  readonly headers: Record<string, string>;
}

function control(command: Record<string, unknown>): Promise<Response> {
  return fetch(`${url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
}

async function requests(): Promise<Recorded[]> {
  return (await (await fetch(`${url}/control/requests`)).json()) as Recorded[];
}

function prompt(model: string, content: string) {
  return { model, messages: [{ role: 'user' as const, content }] };
}

function ask(model: string, content: string) {
  return client.chat.completions.create(prompt(model, content));
}

async function stream(
  extra: Partial<OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming>,
): Promise<ChatChunk[]> {
  const chunks: ChatChunk[] = [];
  const answer = await client.chat.completions.create({ ...prompt('small', 'hello'), stream: true, ...extra });
  for await (const chunk of answer) chunks.push(chunk);
  return chunks;
}

function textOf(chunks: readonly ChatChunk[]): string {
  return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
}

function fetchChat(body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    redirect: 'manual',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

/** All that arrives of a stream, and whether it ended as it should. */
async function streamText(): Promise<{ text: string; broken: boolean; arrivals: number }> {
  const response = await fetchChat({ ...prompt('small', 'hello'), stream: true });
  const parts: Uint8Array[] = [];
  let broken = false;
  try {
    for await (const part of response.body ?? []) parts.push(part);
  } catch {
    broken = true;
  }
  return { text: Buffer.concat(parts).toString('utf8'), broken, arrivals: parts.length };
}

/** The events' data as WHATWG reads it: any line ending, comments and other fields apart, data lines joined. */
function eventData(text: string): unknown[] {
  const events = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split('\n\n');
  const data = events.map((event) =>
    event
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.replace(/^data: ?/, ''))
      .join('\n'),
  );
  return data.filter((item) => item !== '').map((item) => (item === '[DONE]' ? item : JSON.parse(item)));
}
