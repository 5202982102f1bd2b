// One principal who fills a pod leaves room for the others.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/child.ts';
import { Fleet } from '../support/fleet.ts';

const SLOTS = 8;
/** Shares are enforced from three quarters on; a share is a quarter. */
const CROWDED = 6;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await Fleet.start({ podEnvironment: { SECROUTER_MAX_REQUESTS: String(SLOTS) } });
});
afterAll(() => fleet?.close());

async function control(body: unknown): Promise<void> {
  const answer = await fetch(`${fleet.modelProvider.url}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`control: ${answer.status} ${await answer.text()}`);
}

const chat = (token: string, model: string, signal?: AbortSignal) =>
  fetch(`${fleet.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
    ...(signal === undefined ? {} : { signal }),
  });

/** Chat requests that the provider holds at the moment. */
async function held(): Promise<number> {
  const requests = (await (await fetch(`${fleet.modelProvider.url}/control/requests`)).json()) as {
    path: string;
    outcome: string;
  }[];
  return requests.filter(({ path, outcome }) => path.startsWith('/v1/chat') && outcome === 'open').length;
}

test('above three quarters of the slots a principal with a quarter is 503, and the others go on', async () => {
  const [greedy, other] = await Promise.all([fleet.token('power'), fleet.token('basic')]);
  await control({ rules: [{ model: 'small', hangMs: 'forever' }] });
  const leaving = new AbortController();
  const hanging = Array.from({ length: CROWDED }, () =>
    chat(greedy, 'local/small', leaving.signal).catch(() => undefined),
  );
  await until(
    async () => (await held()) === CROWDED,
    10_000,
    () => 'not all are forwarded',
  );

  const refused = await chat(greedy, 'local/medium');
  const admitted = await chat(other, 'local/medium');

  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(admitted.status).toBe(200);
  leaving.abort();
  await Promise.all(hanging);
  await until(
    async () => (await chat(greedy, 'local/medium')).status === 200,
    10_000,
    () => 'the slots are not given back',
  );
});
