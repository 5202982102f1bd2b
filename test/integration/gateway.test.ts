// The request story through real processes, driven by the real OpenAI SDK: what a developer, a pipeline and an
// administrator see.
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start();
});
afterAll(() => fleet?.close());
beforeEach(async () => {
  await control({ reset: true, settings: { chunksPerSecond: 0 } });
  await fetch(`${fleet.modelProvider.url}/control/requests`, { method: 'DELETE' });
});

async function client(
  persona: string,
  options: Partial<ConstructorParameters<typeof OpenAI>[0]> = {},
): Promise<OpenAI> {
  return new OpenAI({ baseURL: `${fleet.url}/v1`, apiKey: await fleet.token(persona), maxRetries: 0, ...options });
}

async function control(body: unknown): Promise<void> {
  const answer = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`control: ${answer.status} ${await answer.text()}`);
}

interface SeenRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: string;
  readonly body: Record<string, unknown>;
}

async function seen(): Promise<readonly SeenRequest[]> {
  const answer = await fetch(`${fleet.modelProvider.url}/control/requests`);
  return ((await answer.json()) as SeenRequest[]).filter(
    ({ path }) => path.startsWith('/v1/chat') || path.startsWith('/v1/emb'),
  );
}

function lastContent(request: SeenRequest | undefined): string | undefined {
  const messages = (request?.body.messages ?? []) as readonly { content: string }[];
  return messages.at(-1)?.content;
}

async function post(token: string | undefined, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body,
  });
}

const ask = (content: string) => [{ role: 'user' as const, content }];

describe('a developer with the OpenAI SDK', () => {
  test('gets an answer to an auto request from the cheapest capable tier', async () => {
    const openai = await client('basic');

    const { data, response } = await openai.chat.completions
      .create({ model: 'auto', messages: ask('What is the capital of France?') })
      .withResponse();

    expect(data.choices[0]?.message.content).toBeTruthy();
    expect(response.headers.get('x-secrouter-model')).toBe('local/small');
    expect(response.headers.get('x-secrouter-tier')).toBe('SIMPLE');
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    expect(Number(response.headers.get('x-secrouter-revision'))).toBeGreaterThan(0);
    expect(Number(response.headers.get('x-secrouter-cost-usd'))).toBeGreaterThan(0);
  });

  test('forces a tier by an override whose prefix the model never sees, on the first turn and on the fifth', async () => {
    const openai = await client('power');
    const turns = ['one', 'two', 'three', 'four'].flatMap((text) => [
      { role: 'user' as const, content: text },
      { role: 'assistant' as const, content: `answer ${text}` },
    ]);

    const first = await openai.chat.completions
      .create({ model: 'auto', messages: ask('/max Analyze this') })
      .withResponse();
    const fifth = await openai.chat.completions
      .create({ model: 'auto', messages: [...turns, { role: 'user', content: '[complex]   Refactor this' }] })
      .withResponse();

    expect(first.response.headers.get('x-secrouter-tier')).toBe('REASONING');
    expect(fifth.response.headers.get('x-secrouter-tier')).toBe('COMPLEX');
    const [one, five] = await seen();
    expect(lastContent(one)).toBe('Analyze this');
    expect(lastContent(five)).toBe('Refactor this');
    expect(five?.body.messages).toHaveLength(9);
  });

  test('strips the prefix from the first text part of a content array', async () => {
    const openai = await client('power');

    await openai.chat.completions.create({
      model: 'auto',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'deep mode: why?' }] }],
    });

    const [request] = await seen();
    expect(request?.body.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'why?' }] }]);
  });

  test('refuses a prefix with nothing after it', async () => {
    const openai = await client('power');

    await expect(openai.chat.completions.create({ model: 'auto', messages: ask('/max ') })).rejects.toMatchObject({
      status: 400,
      code: 'empty_override',
    });
  });

  test('loses no field of the body, known or unknown, and no digit of a number', async () => {
    const token = await fleet.token('basic');
    const body =
      '{"model":"local/small","messages":[{"role":"user","content":"hi","name":"z"}],"temperature":1.10,"seed":9007199254740993,' +
      '"top_k":40,"future_field":{"2":1,"1":{"__proto__":{"a":null}}},"logit_bias":{"50256":-100},"user":"someone","metadata":{"k":"v"},"max_tokens":512}';

    const answer = await post(token, body);

    expect(answer.status).toBe(200);
    const [request] = await seen();
    expect(request?.rawBody).toBe(body.replace('"local/small"', '"small"'));
  });

  test('streams an answer whose chunks arrive unchanged and end in [DONE]', async () => {
    const openai = await client('basic');
    let text = '';
    let sawUsage = false;

    const stream = await openai.chat.completions.create({ model: 'auto', stream: true, messages: ask('Say hello') });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      sawUsage ||= chunk.usage !== undefined && chunk.usage !== null;
    }

    expect(text.length).toBeGreaterThan(0);
    expect(sawUsage).toBe(false);
  });

  test('gets the usage chunk of a stream when asking for it', async () => {
    const openai = await client('basic');
    const usages: unknown[] = [];

    const stream = await openai.chat.completions.create({
      model: 'auto',
      stream: true,
      stream_options: { include_usage: true },
      messages: ask('Say hello'),
    });
    for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage);

    expect(usages).toHaveLength(1);
  });

  test('streams tool calls byte for byte', async () => {
    const openai = await client('basic');
    const tools = [
      {
        type: 'function' as const,
        function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    ];

    const stream = openai.chat.completions.stream({ model: 'local/small', messages: ask('call-tool please'), tools });
    const completion = await stream.finalChatCompletion();

    const [call] = completion.choices[0]?.message.tool_calls ?? [];
    expect(call?.type).toBe('function');
    expect(() => JSON.parse(call?.type === 'function' ? call.function.arguments : '')).not.toThrow();
  });

  test('gets embeddings from the default model', async () => {
    const openai = await client('basic');

    const { data, response } = await openai.embeddings.create({ model: 'auto', input: 'text' }).withResponse();

    expect(data.data[0]?.embedding.length).toBeGreaterThan(0);
    expect(response.headers.get('x-secrouter-tier')).toBe('NONE');
    expect(response.headers.get('x-secrouter-model')).toBe('local/embedding');
  });

  test('sees only the models that the policy allows, and auto', async () => {
    const basic = await client('basic');
    const power = await client('power');

    const ids = (await basic.models.list()).data.map(({ id }) => id);
    const more = (await power.models.list()).data.map(({ id }) => id);

    expect(ids).toEqual(['auto', 'auto:simple', 'auto:medium', 'local/embedding', 'local/medium', 'local/small']);
    expect(more).toContain('local/reasoning');
    await expect(basic.models.retrieve('local/large')).rejects.toMatchObject({ status: 404 });
    expect((await power.models.retrieve('local/large')).id).toBe('local/large');
  });

  test('sees a request that was answered in the next usage reading', async () => {
    const token = await fleet.token('basic');
    const before = await readUsage(token);

    const answer = await post(token, JSON.stringify({ model: 'local/small', messages: ask('count me') }));
    const cost = Number(answer.headers.get('x-secrouter-cost-usd'));
    const after = await readUsage(token);

    expect(after.complete).toBe(true);
    expect(after.source).toBe('ledger');
    expect(after.usage.last24h.requestCount).toBe(before.usage.last24h.requestCount + 1);
    expect(after.usage.last24h.costUsd).toBeCloseTo(before.usage.last24h.costUsd + cost, 9);
    expect(after.budgets[0]).toMatchObject({ window: 'day', maxCostUsd: 25, reservedCostUsd: 0 });
    expect(after.budgets[0]?.usedCostUsd).toBeCloseTo(after.usage.last24h.costUsd, 9);
  });
});

interface UsageAnswer {
  readonly source: string;
  readonly complete: boolean;
  readonly usage: { readonly last24h: { readonly requestCount: number; readonly costUsd: number } };
  readonly budgets: readonly Record<string, number>[];
}

async function readUsage(token: string): Promise<UsageAnswer> {
  const answer = await fetch(`${fleet.url}/v1/usage`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as UsageAnswer;
}

describe('refusals', () => {
  test('T110 a request without a token is 401 with a challenge that names no error', async () => {
    const answer = await post(undefined, JSON.stringify({ model: 'auto', messages: ask('hi') }));

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'missing_token', type: 'authentication_error' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="secrouter"');
    expect(answer.headers.get('x-should-retry')).toBe('false');
  });

  test('T92 a single-factor token is 401 with a step-up challenge', async () => {
    const answer = await post(await fleet.token('nomfa'), JSON.stringify({ model: 'auto', messages: ask('hi') }));

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'mfa_required' } });
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_user_authentication');
  });

  test('T98 a listed service subject needs no second factor', async () => {
    const answer = await post(await fleet.token('batch'), JSON.stringify({ model: 'auto', messages: ask('hi') }));

    expect(answer.status).toBe(200);
  });

  test('a model outside the policy raises the SDK class for permission errors', async () => {
    const openai = await client('basic');

    const failure = openai.chat.completions.create({ model: 'local/reasoning', messages: ask('hi') });

    await expect(failure).rejects.toBeInstanceOf(OpenAI.PermissionDeniedError);
    await expect(failure).rejects.toMatchObject({ code: 'model_not_allowed', param: 'model' });
    expect(await seen()).toEqual([]);
  });

  test('a tier outside the policy is downgraded where the policy says so', async () => {
    const openai = await client('basic');

    const { response } = await openai.chat.completions
      .create({ model: 'auto', messages: ask('/max think hard') })
      .withResponse();

    expect(response.headers.get('x-secrouter-tier')).toBe('MEDIUM');
  });

  test('an unknown model is 404, an unknown endpoint names the supported ones', async () => {
    const openai = await client('basic');
    const elsewhere = await fetch(`${fleet.url}/v1/v1/chat/completions`, { method: 'POST' });

    await expect(openai.chat.completions.create({ model: 'nobody/knows', messages: ask('hi') })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    expect(elsewhere.status).toBe(404);
    expect(((await elsewhere.json()) as { error: { message: string } }).error.message).toContain('/chat/completions');
  });

  test.each([
    ['P52', '{"model":"auto","model":"local/large","messages":[{"role":"user","content":"x"}]}', 'duplicate_key'],
    ['P52', '{"model":"auto","\\u006dodel":"local/large","messages":[{"role":"user","content":"x"}]}', 'duplicate_key'],
    ['P57', '{"model":"auto","messages":[{"role":"user","content":"x"}]} {}', 'invalid_json'],
    ['P56', '\ufeff{"model":"auto","messages":[{"role":"user","content":"x"}]}', 'invalid_json'],
    ['P59', '{"model":"auto","max_tokens":-1,"messages":[{"role":"user","content":"x"}]}', 'invalid_request'],
    ['P59', '{"model":"auto","max_tokens":"5","messages":[{"role":"user","content":"x"}]}', 'invalid_request'],
    [
      'P59',
      '{"model":"auto","max_tokens":5,"max_completion_tokens":5,"messages":[{"role":"user","content":"x"}]}',
      'invalid_request',
    ],
    ['2b', '{"model":"auto","store":true,"messages":[{"role":"user","content":"x"}]}', 'egress_denied'],
    [
      '2b',
      '{"model":"auto","tools":[{"type":"web_search"}],"messages":[{"role":"user","content":"x"}]}',
      'tool_not_allowed',
    ],
    [
      '2b',
      '{"model":"auto","previous_response_id":"r","messages":[{"role":"user","content":"x"}]}',
      'unsupported_stateful',
    ],
    [
      '2b',
      '{"model":"auto","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://evil.test/x.png"}}]}]}',
      'egress_denied',
    ],
  ])('%s refuses %s', async (_row, body, code) => {
    const answer = await post(await fleet.token('basic'), body);

    expect(await answer.json()).toMatchObject({ error: { code } });
    expect(await seen()).toEqual([]);
  });

  test('P33 no header of the client reaches the provider, and only its own key does', async () => {
    const token = await fleet.token('basic');

    await post(token, JSON.stringify({ model: 'local/small', messages: ask('hi') }), {
      cookie: 'session=1',
      'openai-organization': 'org-evil',
      'x-forwarded-for': '1.2.3.4',
      'x-custom': 'value',
    });

    const [request] = await seen();
    const names = Object.keys(request?.headers ?? {});
    expect(names).not.toEqual(expect.arrayContaining(['cookie']));
    for (const name of ['cookie', 'openai-organization', 'x-forwarded-for', 'x-custom', 'x-api-key'])
      expect(names).not.toContain(name);
    expect(request?.headers.authorization).not.toContain(token);
  });

  test('P88 a label may raise the data class above what the provider is cleared for, and an unknown one is 400', async () => {
    const token = await fleet.token('basic');
    const body = JSON.stringify({ model: 'local/small', messages: ask('hi') });

    const raised = await post(token, body, { 'x-data-classification': 'confidential' });
    const lowered = await post(token, body, { 'x-data-classification': 'public' });
    const unknown = await post(token, body, { 'x-data-classification': 'cosmic' });

    expect(await raised.json()).toMatchObject({ error: { code: 'classification_not_cleared' } });
    expect(lowered.status).toBe(200);
    expect(await unknown.json()).toMatchObject({ error: { code: 'invalid_request', param: 'X-Data-Classification' } });
  });
});

describe('a provider in trouble', () => {
  test('P75 a 5xx goes on to the next candidate of the caller', async () => {
    await control({ rules: [{ model: 'small', count: 1, status: 503 }] });
    const openai = await client('basic');

    const { response } = await openai.chat.completions
      .create({ model: 'auto', messages: ask('What is 2+2?') })
      .withResponse();

    expect(response.headers.get('x-secrouter-model')).toBe('local/medium');
  });

  test('P77 a fallback outside the policy is never tried', async () => {
    await control({
      rules: [
        { model: 'medium', status: 503 },
        { model: 'small', status: 503 },
      ],
    });
    const openai = await client('basic');

    await expect(openai.chat.completions.create({ model: 'auto:medium', messages: ask('hi') })).rejects.toMatchObject({
      status: 502,
    });
    expect((await seen()).map(({ body }) => body.model)).not.toContain('large');
  });

  test('P75 our own refused key is 502, never a 401 to the client', async () => {
    await control({ rules: [{ model: 'small', status: 401 }] });
    const openai = await client('basic');

    await expect(openai.chat.completions.create({ model: 'local/small', messages: ask('hi') })).rejects.toMatchObject({
      status: 502,
      code: 'upstream_error',
    });
  });

  test('P36 a redirect is 502 and is not followed', async () => {
    await control({ rules: [{ model: 'small', status: 307, redirectTo: 'http://169.254.169.254/' }] });
    const openai = await client('basic');

    await expect(openai.chat.completions.create({ model: 'local/small', messages: ask('hi') })).rejects.toMatchObject({
      status: 502,
      code: 'upstream_redirect',
    });
    expect(await seen()).toHaveLength(1);
  });

  test('P72 a stream that dies ends in an error event, without [DONE], and is recorded', async () => {
    await control({ rules: [{ model: 'small', cut: { afterChunks: 2, how: 'rst' } }] });
    const answer = await post(
      await fleet.token('basic'),
      JSON.stringify({ model: 'local/small', stream: true, messages: ask('Tell me') }),
    );

    const text = await answer.text();

    expect(text).not.toContain('[DONE]');
    expect(text).toContain('"code":"upstream_error"');
  });
});

describe('a budget', () => {
  test('I5 that is used up answers 429 with the window, and the SDK raises its rate limit class', async () => {
    const openai = await client('batch');
    const denied = openai.chat.completions.create({
      model: 'local/small',
      messages: ask('x'.repeat(400_000)),
      max_tokens: 16_000_000,
    });

    // The reservation of that output alone is above $10: it is fitted, not refused.
    await expect(denied).resolves.toBeTruthy();
    const [request] = await seen();
    expect(Number(request?.body.max_tokens)).toBeLessThan(16_777_216);
  });
});

describe('the control plane', () => {
  test('F01 F02 down: traffic goes on, and a pod restarts from its disk', async () => {
    await fleet.killPolicyServer();
    const token = await fleet.token('basic');
    const body = JSON.stringify({ model: 'local/small', messages: ask('hi') });

    const before = await post(token, body);
    const [pod] = fleet.pods;
    await pod?.kill();
    await fleet.startPod('pod-1');
    const after = await post(token, body);
    const usage = await readUsage(token);

    expect(before.status).toBe(200);
    expect(after.status).toBe(200);
    expect(usage.source).toBe('counters');
    await fleet.startPolicyServer();
    await until(
      async () => (await readUsage(token)).source === 'ledger',
      15_000,
      () => 'the pod does not find the policy server again',
    );
  });

  test('F03 a new pod without a disk starts from the mirror', async () => {
    await fleet.killPolicyServer();

    const pod = await fleet.startPod('pod-new');
    const answer = await fetch(`${pod.url}/ready`);

    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ degraded: expect.arrayContaining(['control_plane']) });
    await pod.stop();
    fleet.pods = fleet.pods.filter((other) => other.podId !== 'pod-new');
    await fleet.startPolicyServer();
  });
});
