// Stores that go away under traffic: what a request gets, and that the books are whole afterwards.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet } from '../support/fleet.ts';

let fleet: Fleet;
let tokens: Record<'basic' | 'power', string>;

beforeAll(async () => {
  fleet = await Fleet.start({
    configure: (config) => {
      // `power` has no budget at all; `basic` has one.
      config.security.policy.default = { ...config.security.policy.default, budgets: [] };
      config.security.policy.groups['secrouter-power-users'].budgets = [];
      config.security.policy.users['u-basic'] = { budgets: [{ window: 'day', maxCostUsd: 25 }] };
    },
  });
  tokens = { basic: await fleet.token('basic'), power: await fleet.token('power') };
});
afterAll(() => fleet?.close());

function ask(persona: 'basic' | 'power'): Promise<Response> {
  return fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens[persona]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'local/small', messages: [{ role: 'user', content: 'hi' }] }),
  });
}

async function ledgerRows(): Promise<number> {
  const client = new pg.Client({ connectionString: fleet.postgres.url });
  await client.connect();
  const { rows } = await client.query<{ count: string }>('SELECT count(*) AS count FROM usage_events');
  await client.end();
  return Number(rows[0]?.count);
}

test('F12 with Redis down principals with budgets get a quick 503, others go on, and nothing is lost', async () => {
  expect((await ask('basic')).status).toBe(200);
  await fleet.redis.kill();

  const startedMs = Date.now();
  const budgeted = await ask('basic');
  const waitedMs = Date.now() - startedMs;
  const free = await Promise.all(Array.from({ length: 5 }, () => ask('power')));
  const ready = await fetch(`${fleet.url}/ready`);

  expect(budgeted.status).toBe(503);
  expect(await budgeted.json()).toMatchObject({ error: { code: 'budget_unavailable' } });
  expect(Number(budgeted.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(waitedMs).toBeLessThan(2_000);
  expect(free.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({ degraded: expect.arrayContaining(['redis']) });

  await fleet.restartRedis();
  await until(
    async () => (await ask('basic')).status === 200,
    15_000,
    () => 'budgets do not come back',
  );
  // One before, five without Redis, and those that the recovery let in.
  await until(
    async () => (await ledgerRows()) >= 7,
    20_000,
    () => 'rows are missing',
  );
});

test('F22 with the aggregator killed traffic goes on, and its rows arrive once when it is back', async () => {
  const before = await ledgerRows();
  const usage = await fetch(`${fleet.url}/v1/usage`, { headers: { authorization: `Bearer ${tokens.basic}` } });
  expect(usage.status).toBe(200);

  await fleet.killAggregator();
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask('basic')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await fleet.startAggregator();

  await until(
    async () => (await ledgerRows()) === before + 4,
    20_000,
    () => 'rows are missing',
  );
});
