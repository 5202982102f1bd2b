// Azure with Entra tokens on a running pod: who gets the client secret, who gets the token, and what happens when the
// authority fails.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addProvider } from '../support/add-provider.ts';
import { until } from '../support/child.ts';
import type { ConfigJson } from '../support/fleet.ts';
import { chat, HttpWorld } from '../support/http-world.ts';
import { type ReceivedRequest, type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { NAMES_FILE_VARIABLE } from '../support/resolve-names.ts';
import { filesHolding, storesHolding } from '../support/search-stores.ts';
import { startTokenAuthority, TOKEN_MARKER, type TokenAuthority } from '../support/token-authority.ts';

const SECRET = 'planted-client-secret-2c9e';
const TENANT = '11111111-2222-3333-4444-555555555555';
/** One client each, so that no test takes another one's token. */
const CLIENTS = ['many', 'brief', 'refused', 'redirected', 'html', 'hanging', 'unset', 'rebound'] as const;

let directory: string;
let world: HttpWorld;
let authority: TokenAuthority;
/** Where a redirect of the authority points: nothing may arrive there. */
let elsewhere: RecordingServer;
/** The Azure resource. */
let azure: RecordingServer;
/** Tokens that the resource refuses. */
const refusedTokens = new Set<string>();

beforeAll(async () => {
  elsewhere = await startRecordingServer();
  azure = await startRecordingServer({
    answer: (request) => ({ status: refusedTokens.has(headersOf(request).authorization ?? '') ? 401 : 200 }),
  });
  authority = await startTokenAuthority({
    brief: { expiresIn: '4' },
    redirected: { redirectTo: `http://127.0.0.1:${elsewhere.port}/token` },
    html: { html: true },
    hanging: { hang: true },
  });
  directory = mkdtempSync(join(tmpdir(), 'secrouter-entra-'));
  writeFileSync(join(directory, 'names.json'), JSON.stringify({ 'login.names.test': [['127.0.0.1']] }));
  const preload = fileURLToPath(new URL('../support/resolve-names.ts', import.meta.url));
  world = await HttpWorld.start({
    configure,
    podEnvironment: {
      ENTRA_SECRET: SECRET,
      NODE_OPTIONS: `--import=${pathToFileURL(preload)}`,
      [NAMES_FILE_VARIABLE]: join(directory, 'names.json'),
    },
  });
});
afterAll(async () => {
  await world?.close();
  await Promise.all([authority?.close(), elsewhere?.close(), azure?.close()]);
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  azure.requests.length = 0;
});

function configure(config: ConfigJson): void {
  for (const clientId of CLIENTS) {
    const clientSecretEnv = clientId === 'unset' ? 'ENTRA_SECRET_THAT_NOBODY_SET' : 'ENTRA_SECRET';
    const url = clientId === 'rebound' ? `https://login.names.test:${elsewhere.port}` : authority.url;
    const entra = { tenantId: TENANT, clientId, clientSecretEnv, authority: url };
    const settings = { api: 'azure', azureAuth: 'entra', apiVersion: '2025-04-01', entra };
    addProvider(config, clientId, { baseUrl: `http://127.0.0.1:${azure.port}`, ...settings });
  }
  config.tiers.SIMPLE = { primary: 'html/small', fallback: ['local/small'] };
}

function headersOf({ rawHeaders }: ReceivedRequest): Readonly<Record<string, string>> {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name.toLowerCase(), rawHeaders[index * 2 + 1] ?? '']));
}

const bearers = () => azure.requests.map((request) => headersOf(request).authorization);
const tokensOf = (clientId: string) => authority.requestsOf(clientId).map(({ token }) => `Bearer ${token}`);

async function ask(clientId: string): Promise<number> {
  const answer = await world.post(chat({ model: `${clientId}/small` }));
  await answer.text();
  return answer.status;
}

test('50 first requests share one token; the secret goes to the authority alone, the token to the resource', async () => {
  const statuses = await Promise.all(Array.from({ length: 50 }, () => ask('many')));

  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(authority.requestsOf('many')).toEqual([
    {
      method: 'POST',
      path: `/${TENANT}/oauth2/v2.0/token`,
      contentType: 'application/x-www-form-urlencoded',
      form: {
        grant_type: 'client_credentials',
        client_id: 'many',
        client_secret: SECRET,
        scope: 'https://cognitiveservices.azure.com/.default',
      },
      token: expect.stringContaining(TOKEN_MARKER),
    },
  ]);
  expect(azure.requests).toHaveLength(50);
  expect(new Set(bearers())).toEqual(new Set(tokensOf('many')));
  const [request] = azure.requests;
  expect(request?.path).toBe('/openai/deployments/small/chat/completions?api-version=2025-04-01');
  expect(request === undefined ? {} : headersOf(request)).not.toHaveProperty('api-key');
  expect(JSON.stringify(azure.requests)).not.toContain(SECRET);
});

test('a token is replaced in the background before it ends, without a request that waits for it', async () => {
  expect(await ask('brief')).toBe(200);
  await until(
    () => authority.requestsOf('brief').length >= 2,
    10_000,
    () => 'the token was not refreshed',
  );
  expect(await ask('brief')).toBe(200);

  expect(tokensOf('brief').slice(1)).toContain(bearers()[1]);
});

test('a token that the resource refuses is replaced for the next request, once in 30 seconds', async () => {
  expect(await ask('refused')).toBe(200);
  refusedTokens.add(bearers()[0] ?? '');

  expect(await ask('refused')).toBe(502);
  expect(await ask('refused')).toBe(200);
  expect(bearers().slice(0, 2)).toEqual([tokensOf('refused')[0], tokensOf('refused')[0]]);
  expect(bearers()[2]).toBe(tokensOf('refused')[1]);

  refusedTokens.add(bearers()[2] ?? '');
  expect([await ask('refused'), await ask('refused')]).toEqual([502, 502]);
  expect(authority.requestsOf('refused')).toHaveLength(2);
});

describe('without a token', () => {
  test.each(['redirected', 'html', 'hanging', 'unset', 'rebound'])(
    '%s: 503, and the resource is not asked',
    async (clientId) => {
      const answer = await world.error(chat({ model: `${clientId}/small` }));

      expect(answer).toMatchObject({ status: 503, code: 'provider_unavailable' });
      expect(answer.headers.get('retry-after')).not.toBeNull();
      expect(answer.text).not.toContain(SECRET);
      expect(azure.requests).toEqual([]);
      expect(authority.requestsOf(clientId)).toHaveLength(clientId === 'unset' || clientId === 'rebound' ? 0 : 1);
      expect(elsewhere.connectionCount()).toBe(0);
    },
  );

  test('the next candidate answers', async () => {
    const answer = await world.post(chat({ model: 'auto:simple' }));

    expect([answer.status, answer.headers.get('x-secrouter-model')]).toEqual([200, 'local/small']);
  });
});

test('the pod says which credentials cannot be had', async () => {
  const answer = await fetch(`${world.fleet.url}/ready`);
  const { degraded } = (await answer.json()) as { degraded: string[] };

  expect(degraded).toEqual(expect.arrayContaining(['credential:unset', 'credential:html', 'credential:redirected']));
  expect(degraded).not.toContain('credential:many');
});

test('neither secret nor token is in any log, queue, table or file', async () => {
  const output = [...world.fleet.pods.map((pod) => pod.output()), world.fleet.policyServerOutput].join('\n');

  expect(output).toContain('no token could be had for a provider');
  for (const marker of [SECRET, TOKEN_MARKER]) {
    expect(output).not.toContain(marker);
    expect(filesHolding(world.fleet.directory, marker)).toEqual([]);
  }
  expect(await storesHolding(world.fleet, [SECRET, TOKEN_MARKER])).toEqual([]);
});
