// The ten minutes of a newcomer, with three pods behind the balancer: start, chat, be refused, see the own usage, change
// a budget, see it obeyed everywhere, find it in the trail, verify the trail, stop without a trace.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT, until } from '../support/child.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem(['--pods', '3']);
});
afterAll(async () => {
  if (system?.supervisor.exitCode === null) await system.stop();
});

const ask = (content: string) => [{ role: 'user' as const, content }];

async function openai(persona: string): Promise<OpenAI> {
  return new OpenAI({ baseURL: `${system.url}/v1`, apiKey: await system.token(persona), maxRetries: 0 });
}

async function admin(path: string, init: RequestInit = {}): Promise<Response> {
  const token = await system.token('admin');
  return fetch(`${system.url}${path}`, {
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers, authorization: `Bearer ${token}` },
  });
}

async function json<Answer>(answer: Response): Promise<Answer> {
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Answer;
}

test('prints the URLs and a curl that can be pasted before it says that it is ready', () => {
  expect(system.output()).toContain(`${system.url}/v1`);
  expect(system.output()).toContain(`curl -s ${system.url}/v1/chat/completions`);
});

test('answers the OpenAI SDK through every pod, with auto, an override and a stream', async () => {
  const client = await openai('power');

  const answers = await Promise.all(
    Array.from({ length: 12 }, () =>
      client.chat.completions.create({ model: 'auto', messages: ask('What is 2+2?') }).withResponse(),
    ),
  );
  const forced = await client.chat.completions.create({ model: 'auto', messages: ask('/max Prove it') }).withResponse();
  let text = '';
  for await (const chunk of await client.chat.completions.create({
    model: 'auto',
    stream: true,
    messages: ask('Hello'),
  }))
    text += chunk.choices[0]?.delta.content ?? '';

  expect(new Set(answers.map(({ response }) => response.headers.get('x-secrouter-tier')))).toEqual(new Set(['SIMPLE']));
  expect(forced.response.headers.get('x-secrouter-model')).toBe('local/reasoning');
  expect(text).not.toBe('');
});

test('shows every pod on the same revision', async () => {
  const fleet = await json<{ pods: { state: string; isOnRevision: boolean }[] }>(await admin('/admin/api/fleet'));

  expect(fleet.pods).toHaveLength(3);
  expect(fleet.pods.every(({ isOnRevision }) => isOnRevision)).toBe(true);
});

test('shows what the development provider lists, as every pod sees it', async () => {
  interface Listed {
    providers: { provider: string; endpoint: string; podId: string; at: string; models: string[] }[];
  }
  let listed: Listed['providers'] = [];
  await until(
    async () => {
      listed = (await json<Listed>(await admin('/admin/api/models/available'))).providers;
      return listed.length === 3;
    },
    30_000,
    () => `not every pod reports what it sees: ${JSON.stringify(listed)}`,
  );

  expect(new Set(listed.map(({ podId }) => podId)).size).toBe(3);
  for (const { provider, endpoint, models } of listed)
    expect({ provider, endpoint, models }).toEqual({
      provider: 'local',
      endpoint: `${system.modelProviderUrl}/v1`,
      models: ['embedding', 'large', 'medium', 'reasoning', 'small'],
    });
  expect((await admin('/admin/api/health')).status).toBe(200);
});

test('an override governs the next request on all pods within a second, and the trail shows change and refusal', async () => {
  const client = await openai('basic');
  await client.chat.completions.create({ model: 'auto', messages: ask('before') });
  const budgets = [{ window: 'day', maxCostUsd: 0.000001 }];

  const put = await json<{ revision: number }>(
    await admin('/admin/api/policy/user/u-basic', {
      method: 'PUT',
      headers: { 'X-Change-Reason': 'spends%20too%20much' },
      body: JSON.stringify({ budgets }),
    }),
  );
  const startedMs = Date.now();
  await until(
    async () => {
      const tries = await Promise.allSettled(
        Array.from({ length: 9 }, () => client.chat.completions.create({ model: 'auto', messages: ask('after') })),
      );
      return tries.every((result) => result.status === 'rejected' && result.reason instanceof OpenAI.RateLimitError);
    },
    1_000,
    () => 'not every pod obeys within a second',
  );

  expect(Date.now() - startedMs).toBeLessThanOrEqual(1_000);
  const changes = await json<{ rows: { type: string; revision: number; principal: string }[] }>(
    await admin('/admin/api/audit?type=admin.action&limit=1'),
  );
  expect(changes.rows[0]).toMatchObject({ revision: put.revision, principal: 'u-admin' });
  const refusals = await json<{ rows: { type: string; principal: string }[] }>(
    await admin('/admin/api/audit?type=quota.exceeded&principal=u-basic'),
  );
  expect(refusals.rows.length).toBeGreaterThanOrEqual(9);
  expect(await json(await admin('/admin/api/audit/verify'))).toMatchObject({ ok: true, problems: [] });
});

test('the admin API says beforehand what the pods then do with a prompt', async () => {
  const client = await openai('power');
  const prompts = ['What is 2+2?', 'Prove that there are infinitely many primes.', '/complex Write a haiku.'];

  for (const content of prompts) {
    const messages = ask(content);
    const said = await json<{ policy: { tier: string }; model: string; classified: { reasoning: string } }>(
      await admin('/admin/api/classify', {
        method: 'POST',
        body: JSON.stringify({ messages, principal: 'u-power', groups: ['secrouter-power-users'] }),
      }),
    );
    const { response } = await client.chat.completions.create({ model: 'auto', messages }).withResponse();

    const [tier, model] = [response.headers.get('x-secrouter-tier'), response.headers.get('x-secrouter-model')];
    expect([content, tier, model]).toEqual([content, said.policy.tier, said.model]);
  }
});

test('removing the override returns to the value of the file', async () => {
  const client = await openai('basic');

  await json(await admin('/admin/api/policy/user/u-basic', { method: 'DELETE' }));

  await until(
    async () => {
      try {
        await client.chat.completions.create({ model: 'auto', messages: ask('again') });
        return true;
      } catch {
        return false;
      }
    },
    1_000,
    () => 'the pods do not return to the file',
  );
});

test('usage is the same in the own reading, the organisation and the CSV', async () => {
  const token = await system.token('power');
  const own = await json<{ complete: boolean; usage: { last24h: { requestCount: number; costUsd: number } } }>(
    await fetch(`${system.url}/v1/usage`, { headers: { authorization: `Bearer ${token}` } }),
  );
  const all = await json<{ rows: { key: string; requestCount: number; costUsd: number }[] }>(
    await admin('/admin/usage?groupBy=principal&days=2'),
  );
  const csv = await (await admin('/admin/usage?groupBy=principal&days=2&format=csv')).text();

  const row = all.rows.find((candidate) => Object.values(candidate).includes('u-power'));
  expect(own.complete).toBe(true);
  expect(row).toMatchObject({ requestCount: own.usage.last24h.requestCount, costUsd: own.usage.last24h.costUsd });
  expect(csv).toContain('u-power');
});

test('nothing but an admin reads the organisation, and a refusal is never a redirect', async () => {
  const basic = await system.token('basic');

  const none = await fetch(`${system.url}/admin/api/config`, { redirect: 'manual' });
  const little = await fetch(`${system.url}/admin/api/config`, { headers: { authorization: `Bearer ${basic}` } });

  expect(none.status).toBe(401);
  expect(little.status).toBe(403);
  expect(await little.json()).toMatchObject({ error: { code: 'admin_required' } });
});

test('npm run token prints the token alone', () => {
  const idp = /Identity provider\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(system.output())?.[1] ?? '';

  const result = spawnSync(process.execPath, ['infra/src/cli.ts', 'token', 'basic'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, SECROUTER_IDP_PORT: idp },
    encoding: 'utf8',
  });

  expect(result.stdout.trim().split('.')).toHaveLength(3);
  expect(result.stdout.trim()).not.toContain('\n');
});

test('a taken port is one clear line that names the port and its variable', () => {
  const port = new URL(system.url).port;

  const result = spawnSync(process.execPath, ['infra/src/cli.ts', 'start'], {
    cwd: PROJECT_ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      SECROUTER_HOME: `${system.home} second`,
      SECROUTER_PORT: port,
    },
    encoding: 'utf8',
    timeout: 60_000,
  });

  expect(result.status).toBe(1);
  expect(
    result.stderr
      .trim()
      .split('\n')
      .filter((line) => line.includes('SECROUTER_PORT')),
  ).toHaveLength(1);
  expect(result.stderr).toContain(port);
});

test('Ctrl-C leaves no process behind', async () => {
  const startedMs = Date.now();

  const code = await system.stop();

  expect(code).toBe(0);
  expect(Date.now() - startedMs).toBeLessThan(20_000);
  expect(processesWith(system.home)).toEqual([]);
});

test('a supervisor that is killed leaves no process behind either', async () => {
  const doomed = await startTestSystem();

  doomed.supervisor.kill('SIGKILL');

  await until(
    () => processesWith(doomed.home).length === 0,
    20_000,
    () => `still running: ${processesWith(doomed.home).join('; ')}`,
  );
  await doomed.stop();
});

// Every process of the system carries its home in its environment.
function processesWith(home: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SECROUTER_HOME=${home}\0`);
      } catch {
        return false;
      }
    })
    .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
}
