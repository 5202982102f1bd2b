// A marker in prompts, tool arguments, answers, upstream errors and the provider's key is searched for in every log,
// queue, table and file afterwards: metadata is kept, content never.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet, PROVIDER_KEY } from '../support/fleet.ts';
import { filesHolding, storesHolding } from '../support/search-stores.ts';

const PROMPT = 'planted-prompt-5c1e7f';
const ANSWER = 'planted-answer-9b2d40';

let fleet: Fleet;
let token: string;

beforeAll(async () => {
  fleet = await Fleet.start();
  token = await fleet.token('basic');
});
afterAll(() => fleet?.close());

async function control(body: unknown): Promise<void> {
  const answer = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
}

async function chat(body: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'x-request-id': 'client-7' },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

const ask = (fields: object = {}) =>
  JSON.stringify({
    model: 'auto',
    messages: [
      { role: 'system', content: PROMPT },
      { role: 'user', content: `${PROMPT} what?` },
    ],
    ...fields,
  });

test('content and keys stay out of every log, queue, table and file', async () => {
  await control({ reset: true, settings: { chunksPerSecond: 0 }, rules: [{ answer: `${ANSWER} ${PROMPT}` }] });
  const answers = [
    await chat(ask()),
    await chat(ask({ stream: true })),
    await chat(ask({ model: 'local/small', user: PROMPT, metadata: { note: PROMPT } })),
    await chat(ask({ model: PROMPT })),
    await chat(ask({ tools: [{ type: 'web_search', note: PROMPT }] })),
    await chat(`{"model":"auto","model":"${PROMPT}"}`),
    await chat(ask({ max_tokens: PROMPT })),
  ];
  await control({
    reset: true,
    rules: [{ status: 400, body: { error: { message: `${PROMPT} ${PROVIDER_KEY}`, code: 'bad' } } }],
  });
  const refused = await chat(ask({ model: 'local/small' }));
  await control({ reset: true, rules: [{ status: 500, body: `${ANSWER} ${PROVIDER_KEY}` }] });
  const failed = await chat(ask({ model: 'local/small' }));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 403, 400, 400]);
  expect(answers.slice(0, 3).every(({ text }) => text.includes(ANSWER))).toBe(true);
  expect([refused.status, failed.status]).toEqual([400, 502]);
  expect(refused.text + failed.text).not.toContain(PROVIDER_KEY);
  expect(failed.text).not.toContain(ANSWER);
  await until(
    async () => (await storesHolding(fleet, ['client-7'])).some((place) => place.includes('usage_events')),
    20_000,
    () => 'the ledger has none of these requests',
  );
  const secrets = [PROMPT, ANSWER, PROVIDER_KEY];
  const output = [...fleet.pods.map((pod) => pod.output()), fleet.policyServerOutput].join('\n');
  for (const secret of secrets) {
    expect(output).not.toContain(secret);
    expect(filesHolding(fleet.directory, secret)).toEqual([]);
  }
  expect(await storesHolding(fleet, secrets)).toEqual([]);
});
