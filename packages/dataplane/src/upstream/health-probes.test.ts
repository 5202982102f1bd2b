import { beforeEach, describe, expect, test } from 'vitest';
import { samplePolicy } from '../policy/policy-fixtures.ts';
import type { AskModels } from './ask-models.ts';
import { Circuits } from './circuits.ts';
import { FakeClock } from './fake-clock.ts';
import { HealthProbes, probeIntervalMs } from './health-probes.ts';
import { LiveModels } from './live-models.ts';
import type { ProbeResult } from './model-list.ts';
import type { ProviderSecret } from './provider-credentials.ts';

const ONE = 'http://127.0.0.1:9000/v1';
const OTHER = 'http://127.0.0.1:9001/v1';
const LISTED: ProbeResult = { outcome: 'listed', models: ['small'] };

let clock: FakeClock;
let circuits: Circuits;
let live: LiveModels;
let asked: string[];
let outcomes: string[];
let refusedSecrets: (string | undefined)[];
let result: ProbeResult;
let credential: ProviderSecret;
let probes: HealthProbes;
let signals: AbortSignal[];

beforeEach(() => {
  clock = new FakeClock();
  [asked, outcomes, refusedSecrets, signals] = [[], [], [], []];
  result = LISTED;
  credential = { outcome: 'held', secret: 'key' };
  circuits = new Circuits(
    () => clock.nowMs,
    () => undefined,
  );
  circuits.configure({ circuitThreshold: 2, cooldownSeconds: 60 });
  live = new LiveModels(() => clock.nowMs);
  const ask: AskModels = async ({ endpoint }, secret, signal) => {
    asked.push(`${secret} ${endpoint}`);
    signals.push(signal);
    return result;
  };
  probes = new HealthProbes({
    credentials: {
      secretOf: async () => credential,
      refused: (_provider, secret) => refusedSecrets.push(secret),
    },
    ask,
    circuits,
    liveModels: live,
    wait: clock.wait,
    random: () => 0.5,
    onProbe: (provider, outcome) => outcomes.push(`${provider} ${outcome}`),
  });
});

/** The sample policy with this interval and these settings of its provider. */
function policy(healthIntervalSec = 10, settings: object = {}) {
  return samplePolicy((config) => {
    Object.assign(config.providers.local ?? {}, settings);
    Object.assign(config.security, { resilience: { healthIntervalSec } });
    Object.assign(config.security.egress.allowlist[0] ?? {}, { allowedHost: ['127.0.0.1:9000', '127.0.0.1:9001'] });
  });
}

describe('an endpoint', () => {
  test("is asked soon, then at its interval, with its provider's credential, until the end", async () => {
    probes.configure(policy());
    await clock.advance(500);
    expect(asked).toEqual([`key ${ONE}`]);

    await clock.advance(20_000);
    expect(asked).toHaveLength(3);
    expect(outcomes).toEqual(['local listed', 'local listed', 'local listed']);

    probes.close();
    await clock.advance(60_000);
    expect([asked.length, clock.pendingMs.length]).toEqual([3, 0]);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  test('keeps its rhythm under a new policy that changes nothing for it, and begins anew otherwise', async () => {
    probes.configure(policy());
    await clock.advance(500);
    probes.configure(policy());
    expect(clock.pendingMs).toEqual([10_000]);

    probes.configure(policy(10, { headers: { 'x-tag': '1' } }));
    expect(clock.pendingMs).toEqual([500]);
    expect(live.livenessOf('local', ONE, 'small')).toBe('unknown');
  });

  test('is not asked with an interval of 0, nor without an egress rule for its host', async () => {
    probes.configure(policy(0));
    probes.configure(policy(10, { baseUrl: 'https://models.example.com/v1' }));
    await clock.advance(60_000);

    expect(asked).toEqual([]);
  });

  test('is not asked without the credential that it takes', async () => {
    credential = { outcome: 'missing' };
    probes.configure(policy());
    await clock.advance(500);

    expect([asked, outcomes]).toEqual([[], ['local no_credential']]);
  });

  test('that answers 401 has its token replaced', async () => {
    result = { outcome: 'refused', status: 401 };
    probes.configure(policy());
    await clock.advance(500);

    expect(refusedSecrets).toEqual(['key']);
  });
});

describe('the circuit of an endpoint', () => {
  test('opens by connect and TLS failures, is left alone while it cools, and closes by the probe after that', async () => {
    result = { outcome: 'failed', kind: 'connect' };
    probes.configure(policy());
    await clock.advance(500);
    result = { outcome: 'failed', kind: 'tls' };
    await clock.advance(10_000);
    expect(circuits.isAvailable('local', ONE, 'm')).toBe(false);

    result = LISTED;
    await clock.advance(50_000);
    expect(asked).toHaveLength(2);
    await clock.advance(10_000);

    expect(asked).toHaveLength(3);
    expect(circuits.list()).toEqual([]);
    expect(outcomes).toEqual(['local connect', 'local tls', 'local listed']);
  });

  test.each<ProbeResult>([
    { outcome: 'refused', status: 500 },
    { outcome: 'unlisted' },
    { outcome: 'unreadable' },
    { outcome: 'failed', kind: 'timeout' },
    { outcome: 'failed', kind: 'reset' },
  ])('is not opened by %j', async (answer) => {
    result = answer;
    probes.configure(policy());
    await clock.advance(100_000);

    expect(circuits.list()).toEqual([]);
  });
});

describe('what is live', () => {
  test('is kept by endpoint, through a refusal until it is old, and not where nothing is listed any more', async () => {
    probes.configure(policy(10, { baseUrl: [ONE, OTHER] }));
    await clock.advance(500);
    expect([ONE, OTHER].map((url) => live.livenessOf('local', url, 'large'))).toEqual(['not_live', 'not_live']);

    result = { outcome: 'refused', status: 503 };
    await clock.advance(20_000);
    expect(live.livenessOf('local', ONE, 'large')).toBe('not_live');
    await clock.advance(10_001);
    expect(live.livenessOf('local', ONE, 'large')).toBe('unknown');

    result = LISTED;
    await clock.advance(10_000);
    result = { outcome: 'unlisted' };
    await clock.advance(10_000);
    expect(live.livenessOf('local', ONE, 'large')).toBe('unknown');
  });

  test('is reported but steers nothing at Azure, whose list names no deployments', async () => {
    probes.configure(policy(10, { api: 'azure' }));
    await clock.advance(500);

    expect(live.livenessOf('local', ONE, 'large')).toBe('unknown');
    expect(live.report()).toMatchObject([{ provider: 'local', endpoint: ONE, models: ['small'] }]);
  });
});

describe('the interval', () => {
  const interval = (healthIntervalSec: number | undefined, baseUrl: string | string[]) => {
    const { config } = samplePolicy((sample) => {
      sample.providers.cloud = { baseUrl };
      Object.assign(sample.security, { resilience: healthIntervalSec === undefined ? {} : { healthIntervalSec } });
    });
    const { cloud } = config.providers;
    return cloud && probeIntervalMs(config.security.resilience, cloud, cloud.baseUrls[0] ?? '');
  };

  test.each([
    [undefined, 'https://models.example.com/v1', undefined],
    [undefined, ['https://a.example.com/v1', 'https://b.example.com/v1'], 30_000],
    [0, ['https://a.example.com/v1', 'https://b.example.com/v1'], undefined],
    [7, 'https://models.example.com/v1', 7_000],
  ])('of %s for %j is %s', (seconds, baseUrl, expected) => {
    expect(interval(seconds, baseUrl)).toBe(expected);
  });

  test('of a loopback endpoint is 30 s unless the file says another', () => {
    const { config } = samplePolicy();
    const { local } = config.providers;

    expect(local && probeIntervalMs(config.security.resilience, local, ONE)).toBe(30_000);
  });
});
