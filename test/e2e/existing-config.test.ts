// A configuration file of an existing installation, loaded through SECROUTER_CONFIG: its own port and host, several
// providers and replicas, fields whose place has moved. And a broken one: every problem at once, nothing changed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type RunningIdentityProvider,
  type RunningModelProvider,
  startIdentityProvider,
  startModelProvider,
} from '@secrouter/infra';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../support/child.ts';
import { freePort } from '../support/fleet.ts';
import { startTestSystem, type TestSystem } from '../support/system.ts';

const PROVIDER_KEY = 'sk-existing-installation-0001';

let directory: string;
let identityProvider: RunningIdentityProvider;
let modelProvider: RunningModelProvider;
let replica: RunningModelProvider;
let system: TestSystem;
let port: number;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'secrouter existing '));
  port = await freePort();
  [identityProvider, modelProvider, replica] = await Promise.all([
    startIdentityProvider({ port: 0, homeDir: join(directory, 'idp'), publicOrigins: [`http://127.0.0.1:${port}`] }),
    startModelProvider({ port: 0, apiKey: PROVIDER_KEY, chunksPerSecond: 0 }),
    startModelProvider({ port: 0, apiKey: PROVIDER_KEY, chunksPerSecond: 0 }),
  ]);
  const configFile = join(directory, 'secrouter.config.json');
  writeFileSync(configFile, existingConfig());
  system = await startTestSystem([], {
    environment: { SECROUTER_CONFIG: configFile, EXISTING_PROVIDER_KEY: PROVIDER_KEY },
    gatewayPort: 'from the file',
    url: `http://127.0.0.1:${port}`,
    issuer: identityProvider.issuer,
  });
});
afterAll(async () => {
  await system?.stop();
  await Promise.all([identityProvider?.close(), modelProvider?.close(), replica?.close()]);
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
});

function existingConfig(): string {
  return `{
  "_note": "as the single process had it", // comments and trailing commas are welcome
  "port": ${port},
  "host": "127.0.0.1",
  "auth": { "default": "env" },
  "thinking": { "enabled": {} },
  "scoring": { "tokenCountThresholds": { "simple": 50 } },
  "tierBoundaries": { "simpleMedium": 0.0 },
  "providers": {
    "cloud": {
      "baseUrl": "${modelProvider.url}/v1", "api": "openai",
      "auth": { "type": "env", "key": "EXISTING_PROVIDER_KEY" },
    },
    "rack": {
      "baseUrl": ["${modelProvider.url}/v1", "${replica.url}/v1"], "api": "openai",
      "auth": { "type": "env", "key": "EXISTING_PROVIDER_KEY" }, "_note": "two replicas",
    },
  },
  "tiers": {
    "SIMPLE": { "primary": "rack/small", "fallback": ["cloud/small"] },
    "MEDIUM": { "primary": "cloud/medium", "fallback": [] },
    "COMPLEX": { "primary": "cloud/large", "fallback": [] },
    "REASONING": { "primary": "cloud/reasoning", "fallback": [] },
  },
  "models": [
    { "id": "rack/small", "name": "Small", "inputPrice": 0, "outputPrice": 0, "agentic": true, "vision": false },
    { "id": "cloud/small", "inputPrice": 0.15, "outputPrice": 0.6 },
    { "id": "cloud/medium", "inputPrice": "1.25", "outputPrice": 5 },
    { "id": "cloud/large", "inputPrice": 3, "outputPrice": 15 },
    { "id": "cloud/reasoning", "inputPrice": 10, "outputPrice": 40, "reasoning": true },
  ],
  "security": {
    "enabled": true,
    "storePath": "/var/lib/secrouter/secrouter.db",
    "oidc": { "issuer": "${identityProvider.issuer}", "audience": "secrouter", "groupsClaim": "groups", "requireMfa": true },
    "policy": {
      "default": { "allowedTiers": ["SIMPLE", "MEDIUM"], "onViolation": "deny", "budgets": [{ "window": "day", "maxCostUsd": 25 }] },
      "groups": {
        "secrouter-power-users": { "allowedTiers": ["SIMPLE", "MEDIUM", "COMPLEX", "REASONING"] },
        "secrouter-admins": { "admin": true },
      },
    },
    "egress": {
      "failClosed": true,
      "allowlist": [
        { "provider": "cloud", "allowedHost": "${new URL(modelProvider.url).host}", "authorizedClassifications": ["INTERNAL"] },
        { "provider": "rack", "allowedHost": ["${new URL(modelProvider.url).host}", "${new URL(replica.url).host}"], "authorizedClassifications": ["INTERNAL"] },
      ],
    },
    "classification": { "default": "INTERNAL", "levels": ["PUBLIC", "INTERNAL", "SECRET"] },
    "audit": { "sink": "both", "retentionDays": 365 },
  },
}`;
}

async function client(persona: string): Promise<OpenAI> {
  return new OpenAI({ baseURL: `${system.url}/v1`, apiKey: await system.token(persona), maxRetries: 0 });
}

test('listens where the file says, with the issuer and the providers that it names', async () => {
  const openai = await client('power');

  const simple = await openai.chat.completions
    .create({ model: 'auto', messages: [{ role: 'user', content: 'What is 2+2?' }] })
    .withResponse();
  const forced = await openai.chat.completions
    .create({ model: 'auto', messages: [{ role: 'user', content: '/max prove it' }] })
    .withResponse();

  expect(simple.response.headers.get('x-secrouter-model')).toBe('rack/small');
  expect(forced.response.headers.get('x-secrouter-model')).toBe('cloud/reasoning');
});

test('denies where the file denies', async () => {
  const openai = await client('basic');

  const denied = openai.chat.completions.create({
    model: 'auto',
    messages: [{ role: 'user', content: '/max prove it' }],
  });

  await expect(denied).rejects.toMatchObject({ status: 403, code: 'tier_not_allowed' });
});

test('the development providers of the quick start do not run beside it', () => {
  expect(system.output()).not.toMatch(/model-provider serves/);
});

test('a broken file prints every problem with its path and changes nothing', async () => {
  const configFile = join(directory, 'secrouter.config.json');
  const broken = existingConfig()
    .replace('"window": "day"', '"window": "fortnight"')
    .replace('"rack/small", "fallback"', '"nowhere/small", "fallback"');
  writeFileSync(configFile, broken);
  const token = await system.token('admin');

  const answer = await fetch(`${system.url}/reload`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  const problems = ((await answer.json()) as { problems: readonly { path: string }[] }).problems;
  const check = spawnSync(process.execPath, ['infra/src/cli.ts', 'config:check', configFile], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });

  expect(answer.status).toBe(422);
  expect(problems.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['security.policy.default.budgets[0].window', 'tiers.SIMPLE.primary']),
  );
  expect(check.status).toBe(1);
  expect(check.stdout).toContain('security.policy.default.budgets[0].window');
  const openai = await client('power');
  await expect(
    openai.chat.completions.create({ model: 'auto:simple', messages: [{ role: 'user', content: 'still?' }] }),
  ).resolves.toBeTruthy();
});
