// Health probes and balance on a running pod: what steers an `auto` request, what does not, and who is asked at all.
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addProvider } from '../support/add-provider.ts';
import { until } from '../support/child.ts';
import { openTestPool } from '../support/database.ts';
import { type ConfigJson, freePort, PROVIDER_KEY } from '../support/fleet.ts';
import { chat, HttpWorld } from '../support/http-world.ts';
import { type ReceivedRequest, type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

const PROBE_DEADLINE_MS = 15_000;

/** A replica whose list, and whose answers to requests, a test decides. */
interface Replica {
  readonly server: RecordingServer;
  /** Ids that it lists; `none`: it has no list. */
  models: readonly string[] | 'none';
  /** Requests that wait for `release`. */
  readonly held: (() => void)[];
  holds: boolean;
}

/** What a pod tells the control plane, as far as it matters here. */
interface PodReport {
  readonly circuits: readonly { readonly provider: string }[];
  readonly liveModels: readonly {
    readonly provider: string;
    readonly endpoint: string;
    readonly at: string;
    readonly models: readonly string[];
  }[];
}

const isProbe = ({ method }: ReceivedRequest) => method === 'GET';
const urlOf = ({ server }: Replica) => `http://127.0.0.1:${server.port}/v1`;
const probesOf = ({ server }: Replica) => server.requests.filter(isProbe);
const requestsOf = ({ server }: Replica) => server.requests.filter((request) => !isProbe(request));

async function startReplica(): Promise<Replica> {
  const replica: { -readonly [K in keyof Replica]: Replica[K] } = {
    server: await startRecordingServer({
      answer: async (request) => {
        if (isProbe(request)) {
          if (replica.models === 'none') return { status: 404, body: '{}' };
          return { body: JSON.stringify({ object: 'list', data: replica.models.map((id) => ({ id })) }) };
        }
        if (replica.holds) await new Promise<void>((resolve) => replica.held.push(resolve));
        return {};
      },
    }),
    models: ['small'],
    held: [],
    holds: false,
  };
  return replica;
}

const release = (replica: Replica) => {
  for (const go of replica.held.splice(0)) go();
};

let world: HttpWorld;
let one: Replica;
let other: Replica;
let alone: Replica;
let deadPort: number;
let managementPort: number;
let pool: pg.Pool;

function configure(config: ConfigJson): void {
  addProvider(config, 'pool', { baseUrl: [urlOf(one), urlOf(other)] });
  addProvider(config, 'alone', { baseUrl: urlOf(alone) });
  addProvider(config, 'dead', { baseUrl: `http://127.0.0.1:${deadPort}/v1` });
  config.security.resilience = { healthIntervalSec: 1, circuitThreshold: 2, cooldownSec: 2 };
  config.tiers.SIMPLE = { primary: 'alone/small', fallback: ['local/small'] };
}

beforeAll(async () => {
  [one, other, alone] = await Promise.all([startReplica(), startReplica(), startReplica()]);
  deadPort = await freePort();
  managementPort = await freePort();
  const podEnvironment = { SECROUTER_MANAGEMENT_PORT: String(managementPort), SECROUTER_METRICS: 'true' };
  world = await HttpWorld.start({ configure, podEnvironment });
  pool = openTestPool(world.fleet.postgres.url, 1);
});
afterAll(async () => {
  await pool?.end();
  await world?.close();
  await Promise.all([one, other, alone].map((replica) => replica?.server.close()));
});
beforeEach(() => world.reset());
afterEach(() => {
  for (const replica of [one, other, alone]) {
    replica.holds = false;
    release(replica);
    replica.models = ['small'];
  }
});

/** Waits until the replicas have been probed twice from now on: the last list before that is in force. */
async function probed(...replicas: readonly Replica[]): Promise<void> {
  const before = replicas.map((replica) => probesOf(replica).length);
  await until(
    () => replicas.every((replica, index) => probesOf(replica).length >= (before[index] ?? 0) + 2),
    PROBE_DEADLINE_MS,
    () => 'a replica is not probed',
  );
}

async function ask(model: string): Promise<{ status: number; model: string | null }> {
  const answer = await world.post(chat({ model }));
  await answer.text();
  return { status: answer.status, model: answer.headers.get('x-secrouter-model') };
}

describe('a request that did not name its model', () => {
  test('is steered away from an endpoint whose list does not have it, and comes back with it', async () => {
    await probed(alone);
    expect(await ask('auto:simple')).toEqual({ status: 200, model: 'alone/small' });

    alone.models = ['something-else'];
    await probed(alone);
    const before = requestsOf(alone).length;
    expect(await ask('auto:simple')).toEqual({ status: 200, model: 'local/small' });
    expect(requestsOf(alone)).toHaveLength(before);

    alone.models = ['small'];
    await probed(alone);
    expect(await ask('auto:simple')).toEqual({ status: 200, model: 'alone/small' });
  });

  test.each([
    ['an empty list', []],
    ['no list at all', 'none'],
  ] as const)('is not steered by %s', async (_name, models) => {
    alone.models = models;
    await probed(alone);

    expect(await ask('auto:simple')).toEqual({ status: 200, model: 'alone/small' });
  });
});

test('an explicit model is sent where the client said, listed or not', async () => {
  alone.models = ['something-else'];
  await probed(alone);

  expect(await ask('alone/small')).toEqual({ status: 200, model: 'alone/small' });
});

test('replicas that list the model come first, and one that stops listing it gets nothing', async () => {
  other.models = ['something-else'];
  await probed(other);
  const before = [requestsOf(one).length, requestsOf(other).length];

  for (let count = 0; count < 8; count += 1) expect((await ask('pool/small')).status).toBe(200);

  expect([requestsOf(one).length, requestsOf(other).length]).toEqual([(before[0] ?? 0) + 8, before[1]]);
});

test('replicas share by what they have before them, and an answer that ended counts no more', async () => {
  await probed(one, other);
  one.holds = true;
  other.holds = true;
  const answers: number[] = [];
  const pending: Promise<unknown>[] = [];
  const held = () => [one.held.length, other.held.length] as const;
  const askAndSee = async (): Promise<void> => {
    const [ofOne, ofOther] = held();
    pending.push(ask('pool/small').then(({ status }) => answers.push(status)));
    await until(
      () => held()[0] + held()[1] > ofOne + ofOther,
      PROBE_DEADLINE_MS,
      () => 'no replica was asked',
    );
  };
  for (let count = 0; count < 6; count += 1) await askAndSee();
  expect(held()).toEqual([3, 3]);

  release(one);
  await until(
    () => answers.length === 3,
    PROBE_DEADLINE_MS,
    () => 'answers did not end',
  );
  for (let count = 0; count < 3; count += 1) await askAndSee();
  expect(held()).toEqual([3, 3]);

  release(one);
  release(other);
  await Promise.all(pending);
  expect(answers).toEqual(Array.from({ length: 9 }, () => 200));
});

test('a dead endpoint is known by probes alone, and so is its recovery', async () => {
  const isReportedOpen = async () => (await reported()).circuits.some(({ provider }) => provider === 'dead');
  await until(isReportedOpen, PROBE_DEADLINE_MS, () => 'the circuit is not open');
  const revived = await startRecordingServer({ port: deadPort });
  try {
    await until(
      async () => !(await isReportedOpen()),
      PROBE_DEADLINE_MS,
      () => 'the circuit is not closed',
    );

    expect(revived.requests.every(isProbe)).toBe(true);
    expect(await ask('dead/small')).toEqual({ status: 200, model: 'dead/small' });
  } finally {
    await revived.close();
  }
});

test('the control plane is told what each endpoint lists, and when', async () => {
  other.models = ['b', 'a'];
  const listOf = async (replica: Replica) =>
    (await reported()).liveModels.find(({ endpoint }) => endpoint === urlOf(replica));

  await until(
    async () => (await listOf(other))?.models.length === 2,
    PROBE_DEADLINE_MS,
    () => 'the list is not reported',
  );

  expect(await listOf(one)).toEqual({
    provider: 'pool',
    endpoint: urlOf(one),
    at: expect.any(String),
    models: ['small'],
  });
  expect(Date.parse((await listOf(other))?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
});

test("probes carry the provider's own credential and nothing else, and are counted by outcome", async () => {
  const listings = await fetch(`${world.fleet.modelProvider.url}/control/listings`);
  const seen = (await listings.json()) as { path: string; headers: Record<string, string> }[];
  expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/v1/models']));
  expect(new Set(seen.flatMap(({ headers }) => Object.keys(headers)))).toEqual(
    new Set(['host', 'connection', 'authorization', 'accept']),
  );
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);

  const metrics = await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text();
  expect(metrics).toMatch(/secrouter_provider_probes_total\{provider="local",outcome="listed"\} [1-9]/);
  expect(metrics).toMatch(/secrouter_provider_probes_total\{provider="dead",outcome="connect"\} [1-9]/);
});

/** What the pod last reported. */
async function reported(): Promise<PodReport> {
  const { rows } = await pool.query<{ status: PodReport }>("SELECT status FROM pod_status WHERE node_id = 'pod-1'");
  return { circuits: [], liveModels: [], ...rows[0]?.status };
}
