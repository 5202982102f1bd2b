// A short run of the fuzzer of requests against a real pod; docs/fuzzing.md has the long one.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Arrival, fuzzRequests } from '../fuzz/fuzz-requests.ts';
import { fuzzRuns, fuzzSeed } from '../fuzz/random.ts';
import { Fleet, PROVIDER_KEY } from '../support/fleet.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

const LONG_TIMEOUT_MS = 7_200_000;
const RUNS = fuzzRuns(1_000);

let fleet: Fleet;
let provider: RecordingServer;

beforeAll(async () => {
  provider = await startRecordingServer();
  fleet = await Fleet.start({
    configure: (config) => {
      config.providers.local.baseUrl = `http://127.0.0.1:${provider.port}/v1`;
      config.security.egress.allowlist[0].allowedHost = `127.0.0.1:${provider.port}`;
      config.security.trustedProxies = ['127.0.0.1/32'];
      config.security.policy.default.budgets = [];
      config.security.policy.groups['secrouter-power-users'].budgets = [];
    },
  });
});
afterAll(async () => {
  await fleet?.close();
  await provider?.close();
});

test(`of ${RUNS} requests nothing arrives that was not judged`, { timeout: LONG_TIMEOUT_MS }, async () => {
  const { findings, statuses, arrived } = await fuzzRequests(fuzzSeed(), RUNS, {
    port: Number(new URL(fleet.url).port),
    token: () => fleet.token('power'),
    providerKey: PROVIDER_KEY,
    arrivals: provider.requests as Arrival[],
  });

  expect(findings).toEqual([]);
  expect(fleet.pods[0]?.output()).not.toContain('failed unexpectedly');
  expect(fleet.pods[0]?.child.exitCode).toBeNull();
  expect(arrived).toBeGreaterThan(RUNS / 5);
  expect(statuses['200']).toBeGreaterThanOrEqual(arrived * 0.9);
});
