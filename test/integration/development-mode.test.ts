// `security.enabled: false`: a developer's own machine without an identity provider, and nothing that others can reach.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProcess } from '../support/child.ts';
import { Fleet, freePort } from '../support/fleet.ts';
import { issueCertificate } from '../support/issue-certificate.ts';
import { type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';

describe('a fleet on loopback without security', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({
      configure: (config) => {
        config.security.enabled = false;
        delete config.security.oidc;
      },
    });
  });
  afterAll(() => fleet?.close());

  const chat = (model: string, headers: Record<string, string> = {}) =>
    fetch(`${fleet.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] }),
    });

  test('answers requests without a token, of every model', async () => {
    expect((await chat('local/small')).status).toBe(200);
    expect((await chat('local/reasoning')).status).toBe(200);
    expect((await chat('auto')).headers.get('x-secrouter-model')).toBe('local/small');
  });

  test('looks at no token', async () => {
    expect((await chat('local/small', { authorization: 'Bearer none-at-all' })).status).toBe(200);
  });

  test('says so on /ready and in its log', async () => {
    const ready = await (await fetch(`${fleet.url}/ready`)).json();

    expect(ready).toMatchObject({ degraded: expect.arrayContaining(['security_disabled']) });
    expect(fleet.pods[0]?.output()).toContain('SECURITY IS SWITCHED OFF');
  });

  test('is not served by a pod that others can reach', async () => {
    const port = await freePort();
    const pod = await startProcess(
      'packages/dataplane/src/main.ts',
      {
        REDIS_URL: fleet.redis.url,
        SECROUTER_BIND: '0.0.0.0',
        SECROUTER_PORT: String(port),
        SECROUTER_POD_ID: 'pod-open',
        SECROUTER_POLICY_URL: `127.0.0.1:${fleet.policyPort}`,
        SECROUTER_STATE_DIR: join(fleet.directory, 'pod-open'),
        SECROUTER_TRUSTED_SNAPSHOT_KEYS_FILE: join(fleet.directory, 'snapshot.pub.json'),
        SECROUTER_DRAIN_DELAY: '0',
      },
      (output) => output.includes('"path":"security.enabled"'),
    );

    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    const models = await fetch(`http://127.0.0.1:${port}/v1/models`);

    expect([ready.status, models.status]).toEqual([503, 503]);
    expect(pod.output()).toContain('"msg":"snapshot refused"');
    await pod.stop();
  });
});

describe('a policy server that others can reach', () => {
  let store: Awaited<ReturnType<typeof startConfigStore>>;
  let world: ConfigWorld;
  let directory: string;

  beforeAll(async () => {
    store = await startConfigStore();
    world = await openConfigWorld(store);
    directory = await mkdtemp(join(tmpdir(), 'secrouter-development-'));
  });
  afterAll(async () => {
    await world?.close();
    await store?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const start = (changes: Record<string, string>) =>
    startProcess(
      'packages/controlplane/src/policy-server/main.ts',
      {
        DATABASE_URL: world.databaseUrl,
        REDIS_URL: 'redis://127.0.0.1:1',
        SECROUTER_CONFIG: world.configFile,
        SECROUTER_SIGNING_KEY_FILE: world.signingKeyFile,
        SECROUTER_POLICY_PORT: '0',
        ...changes,
      },
      (output) => output.includes('policy server ready'),
    );

  test('refuses the file, and has nothing to serve', async () => {
    const authority = issueCertificate({ commonName: 'fleet' });
    const certificate = issueCertificate({ commonName: 'policy-server', issuer: authority });
    const write = async (name: string, text: string) => {
      await writeFile(join(directory, name), text);
      return join(directory, name);
    };
    await world.editConfig((config) => {
      config.security.enabled = false;
    });

    const started = start({
      SECROUTER_BIND: '0.0.0.0',
      SECROUTER_POLICY_TLS_CERT_FILE: await write('server.pem', certificate.certPem),
      SECROUTER_POLICY_TLS_KEY_FILE: await write('server.key', certificate.keyPem),
      SECROUTER_POLICY_TLS_CA_FILE: await write('ca.pem', authority.certPem),
    });

    await expect(started).rejects.toThrow(/ended with 78[\s\S]*security\.enabled[\s\S]*every listener on loopback/);
  });
});
