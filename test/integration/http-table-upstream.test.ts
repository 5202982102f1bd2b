// The rows of the HTTP table about the way out, against a running pod: what a provider is told, what of its answer comes
// back, and where no connection is ever made.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { REFUSALS, type RefusalCode } from '@secrouter/proto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../support/child.ts';
import { type ConfigJson, PROVIDER_KEY } from '../support/fleet.ts';
import { chat, HttpWorld } from '../support/http-world.ts';
import { type IssuedCertificate, issueCertificate } from '../support/issue-certificate.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { NAMES_FILE_VARIABLE } from '../support/resolve-names.ts';

const DAY_MS = 86_400_000;
const KEYS_VARIABLE = 'SECROUTER_DEV_PROVIDER_KEY';

let directory: string;
let world: HttpWorld;
/** Where a redirect points: nothing may arrive there. */
let elsewhere: RecordingServer;
/** What lies behind the names that lie, with a certificate for each of them, so that only its address speaks against it. */
let hidden: RecordingServer;
const tls = new Map<string, RecordingServer>();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'secrouter-upstream-'));
  elsewhere = await startRecordingServer();
  const authority = issueCertificate({ commonName: 'Test authority' });
  const certificate = issueCertificate({ commonName: 'hidden', issuer: authority, dnsNames: Object.keys(NAMES) });
  hidden = await startRecordingServer({ host: '::', certificate });
  writeFileSync(join(directory, 'ca.pem'), authority.certPem);
  writeFileSync(join(directory, 'names.json'), JSON.stringify(NAMES));
  for (const [name, certificate] of Object.entries(certificates(authority)))
    tls.set(name, await startRecordingServer({ certificate }));
  const preload = fileURLToPath(new URL('../support/resolve-names.ts', import.meta.url));
  world = await HttpWorld.start({
    configure,
    podEnvironment: {
      NODE_OPTIONS: `--import=${pathToFileURL(preload)}`,
      [NAMES_FILE_VARIABLE]: join(directory, 'names.json'),
    },
  });
});
afterAll(async () => {
  await world?.close();
  await Promise.all([elsewhere?.close(), hidden?.close(), ...[...tls.values()].map((server) => server.close())]);
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  elsewhere.requests.length = 0;
  await world.reset();
});

const certificates = (issuer: IssuedCertificate): Readonly<Record<string, IssuedCertificate>> => ({
  sound: issueCertificate({ commonName: 'sound', issuer }),
  expired: issueCertificate({ commonName: 'expired', issuer, notAfter: new Date(Date.now() - DAY_MS) }),
  'wrong-host': issueCertificate({ commonName: 'wrong', issuer, dnsNames: ['other.test'], ipAddresses: ['192.0.2.1'] }),
  'self-signed': issueCertificate({ commonName: 'self' }),
});

/** What each name resolves to, one list a look-up, the last for good. */
const NAMES = {
  'loopback.names.test': [['127.0.0.1']],
  'loopback6.names.test': [['::1']],
  'mapped.names.test': [['::ffff:127.0.0.1']],
  'unspecified.names.test': [['0.0.0.0']],
  'metadata.names.test': [['169.254.169.254']],
  'metadata6.names.test': [['fd00:ec2::254']],
  'link-local.names.test': [['fe80::1']],
  'several.names.test': [['127.0.0.1', '::1', '169.254.169.254']],
  'rebound.names.test': [['192.0.2.1'], ['127.0.0.1']],
  'moving.names.test': [['127.0.0.1'], ['127.0.0.2'], ['::1']],
} as const;

function configure(config: ConfigJson): void {
  addProvider(config, 'private', { baseUrl: config.providers.local.baseUrl });
  for (const [name, server] of tls) {
    const ca = name === 'self-signed' ? {} : { caFile: join(directory, 'ca.pem') };
    addProvider(config, name, { baseUrl: `https://127.0.0.1:${server.port}/v1`, ...ca });
  }
  for (const name of Object.keys(NAMES)) {
    const [provider = ''] = name.split('.');
    const rule = provider === 'moving' ? { allowedCidrs: ['127.0.0.0/8'] } : {};
    const settings = { caFile: join(directory, 'ca.pem'), timeouts: { connectMs: 1_000 } };
    addProvider(config, provider, { baseUrl: `https://${name}:${hidden.port}/v1`, ...settings }, rule);
  }
}

function addProvider(
  config: ConfigJson,
  name: string,
  settings: { readonly baseUrl: string; readonly caFile?: string; readonly timeouts?: object },
  rule: object = {},
): void {
  config.providers[name] = { api: 'openai', auth: { type: 'env', key: KEYS_VARIABLE }, ...settings };
  config.models.push({ ...config.models[0], id: `${name}/small` });
  const allowedHost = new URL(settings.baseUrl).host;
  const [first] = config.security.egress.allowlist;
  config.security.egress.allowlist.push({ ...first, provider: name, allowedHost, ...rule });
  config.security.policy.groups['secrouter-power-users'].allowedModels.push(`${name}/small`);
}

async function expectRefused(model: string, code: string): Promise<void> {
  const answer = await world.error(chat({ model }));
  expect(answer).toMatchObject({ status: REFUSALS[code as RefusalCode].status, code });
  expect(answer.text).not.toMatch(/127\.0|names\.test|expired|self-signed|altname/i);
}

describe('what the provider is told', () => {
  const secret = 'client-secret-55aa';
  const credentials = ['Cookie', 'Proxy-Authorization', 'X-Goog-Api-Key', 'X-Amz-Security-Token'];
  const identity = ['OpenAI-Organization', 'OpenAI-Project', 'User-Agent', 'Referer', 'Origin', 'X-Stainless-OS'];
  const routing = [
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Port',
    'Forwarded',
    'Via',
    'X-Real-Ip',
    'X-Http-Method-Override',
    'X-Original-Url',
  ];
  const hopByHop = ['TE', 'Trailer', 'Keep-Alive', 'Proxy-Connection', 'X-Drop', 'Upgrade'];
  const own = [
    'X-Data-Classification',
    'X-SecRouter-Cost-Center',
    'X-Request-Id',
    'Traceparent',
    'Tracestate',
    'Baggage',
  ];

  test('P31 P32 P33 only listed headers, our own key, and no name or value of the client', async () => {
    const named = [...credentials, ...identity, ...routing, ...hopByHop];
    const lines = named.map((name) => `${name}: ${secret}`);
    const ours = own.map((name) => (name === 'X-Data-Classification' ? `${name}: internal` : `${name}: ${secret}`));
    const body = chat();
    const head = world.head([
      'Content-Type: application/json; charset=utf-8',
      'Connection: close, X-Drop, Authorization, Content-Type',
      'Accept: text/html',
      'Accept-Encoding: gzip',
      'Accept-Language: de',
      ...lines,
      ...ours,
      `Content-Length: ${body.length}`,
    ]);

    const [answer] = await world.raw(head + body);

    expect(answer?.status).toBe(200);
    const [request] = await world.seen();
    const sent = Object.fromEntries(Object.entries(request?.headers ?? {}).filter(([name]) => name !== 'host'));
    expect(sent).toEqual({
      accept: 'application/json',
      authorization: `Bearer ${PROVIDER_KEY}`,
      connection: 'keep-alive',
      'content-length': String(request?.rawBody.length),
      'content-type': 'application/json',
    });
    expect(request?.headers.host).toBe(new URL(world.fleet.modelProvider.url).host);
    expect(JSON.stringify(request)).not.toContain(secret);
    expect(JSON.stringify(request)).not.toContain(world.token);
  });

  test.each(['X-Api-Key', 'Api-Key'])("P33 a credential in %s is the pod's to judge, not to pass on", async (name) => {
    const body = chat();
    const lines = ['Content-Type: application/json', 'Connection: close', `Content-Length: ${body.length}`];
    const head = world.head(lines).replace('Authorization: Bearer ', `${name}: `);

    const [answer] = await world.raw(head + body);

    const seen = await world.seen();
    expect(seen).toHaveLength(answer?.status === 200 ? 1 : 0);
    expect([200, 401]).toContain(answer?.status);
    expect(JSON.stringify(seen)).not.toContain(world.token);
    for (const { headers } of seen) expect(headers.authorization).toBe(`Bearer ${PROVIDER_KEY}`);
  });

  test('P33 the listed headers pass, bounded, and never the credential among them', async () => {
    const listed = { 'idempotency-key': 'once-1', 'openai-beta': 'assistants=v2', 'anthropic-version': '2023-06-01' };
    await world.post(chat(), { ...listed, 'anthropic-beta': 'b'.repeat(513) });

    const [request] = await world.seen();

    expect(request?.headers).toMatchObject(listed);
    expect(request?.headers).not.toHaveProperty('anthropic-beta');
  });

  test.each(['caf\u00e9', 'a\u00ffb', 'tab\there'])(
    'P33 a listed header with other than printable ASCII (%j) stays',
    async (value) => {
      const body = chat();
      const lines = [`OpenAI-Beta: ${value}`, 'Connection: close', `Content-Length: ${body.length}`];

      const [answer] = await world.raw(world.head(['Content-Type: application/json', ...lines]) + body);

      expect(answer?.status).toBe(200);
      expect((await world.seen())[0]?.headers).not.toHaveProperty('openai-beta');
    },
  );

  test('P33 the alias without /v1 and a query of the client change nothing of the path', async () => {
    for (const path of ['/chat/completions', '/v1/chat/completions?model=x&api-version=1'])
      await (await world.post(chat(), {}, path)).arrayBuffer();

    expect((await world.seen()).map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
  });
});

describe('what comes back', () => {
  const upstream = {
    'set-cookie': ['a=1', 'b=2'],
    server: 'upstream-server',
    'openai-organization': 'org-secret',
    'openai-processing-ms': '12',
    'x-internal': 'internal-value',
    via: '1.1 upstream',
    'alt-svc': 'h3=":443"',
    'strict-transport-security': 'max-age=1',
    'x-request-id': 'req-upstream',
    'x-ratelimit-limit-requests': '12345',
    'access-control-allow-origin': '*',
    'www-authenticate': 'Basic',
    location: 'http://evil.test/',
    'x-secrouter-model': 'forged/model',
    'x-should-retry': 'true',
    link: '<http://evil.test>; rel=preload',
  };

  test.each([
    ['an answer', {}],
    ['a stream', { stream: true }],
  ])('P35 of the headers of %s none but the listed', async (_what, fields) => {
    await world.control([{ headers: upstream }]);

    const answer = await world.post(chat(fields));
    await answer.arrayBuffer();

    const headers = Object.fromEntries(answer.headers);
    for (const name of ['set-cookie', 'server', 'openai-organization', 'openai-processing-ms', 'x-internal', 'via'])
      expect(headers).not.toHaveProperty(name);
    for (const name of [
      'alt-svc',
      'strict-transport-security',
      'location',
      'www-authenticate',
      'link',
      'x-should-retry',
    ])
      expect(headers).not.toHaveProperty(name);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/);
    expect(headers['x-secrouter-model']).toBe('local/small');
    expect(headers['x-ratelimit-limit-requests']).not.toBe('12345');
  });

  test('P35 nor of a refusal, whose Retry-After is ours to say', async () => {
    await world.control([{ status: 429, headers: { ...upstream, 'retry-after': '7' } }]);

    const answer = await world.post(chat());

    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('7');
    for (const name of ['set-cookie', 'server', 'x-internal', 'location', 'via'])
      expect(answer.headers.get(name)).toBeNull();
  });

  const prompt = 'my-secret-prompt-text';
  const leaky = { message: `host db7.internal.corp:8080 key ${PROVIDER_KEY} at 10.0.0.7 said ${prompt}`, code: 'boom' };

  test.each([500, 502, 503, 504, 401, 403, 418, 409])('P76 an upstream %d is generic', async (status) => {
    await world.control([{ status, body: { error: { ...leaky, type: 'internal', param: 'db7' } } }]);

    const answer = await world.error(chat({}, prompt));

    expect(answer).toMatchObject({ status: 502, code: 'upstream_error' });
    expect(answer.text).not.toMatch(/internal|corp|10\.0|sk-|boom|db7|secret/);
  });

  test.each([400, 404, 413, 422])(
    'P76 an upstream %d is relayed with its code, hosts and keys masked',
    async (status) => {
      await world.control([
        { status, body: { error: { ...leaky, type: 'invalid_request_error', param: 'messages' } } },
      ]);

      const answer = await world.error(chat({}, prompt));

      expect(answer).toMatchObject({ status, code: 'boom', param: 'messages' });
      expect(answer.text).not.toMatch(/internal|corp|10\.0|sk-test/);
      expect(answer.text).toContain('[host]');
      expect(answer.text).toContain('[key]');
    },
  );

  test('P76 an error that is no JSON, HTML for one, is our own constant', async () => {
    await world.control([{ status: 400, body: '<html>nginx at db7.internal.corp</html>' }]);

    const answer = await world.error(chat());

    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/nginx|corp|html/);
  });
});

describe('redirects', () => {
  const targets = {
    'another host': () => `http://127.0.0.1:${elsewhere.port}/v1/chat/completions`,
    'the same host': () => `${world.fleet.modelProvider.url}/v1/chat/completions?again`,
    'a path': () => '/v1/chat/completions?again',
    'the metadata service': () => 'http://169.254.169.254/latest/meta-data/',
    'no URL': () => '::::',
  };
  const rows = [301, 302, 303, 307, 308].flatMap((status) =>
    Object.entries(targets).map(([where, target]) => [status, where, target] as const),
  );

  test.each(rows)('P36 %d to %s is 502, and nobody is asked again', async (status, _where, target) => {
    await world.control([{ status, redirectTo: target() }]);

    const answer = await world.error(chat());

    expect(answer).toMatchObject({ status: 502, code: 'upstream_redirect' });
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.text).not.toMatch(/169\.254|127\.0/);
    const seen = await world.seen();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.path).toBe('/v1/chat/completions');
    expect(elsewhere.requests).toEqual([]);
  });

  test('P36 300, 304 and 305 are no answers either', async () => {
    for (const status of [300, 304, 305]) {
      await world.control([{ status, redirectTo: targets['another host']() }]);
      expect(await world.error(chat())).toMatchObject({ status: 502, code: 'upstream_redirect' });
    }
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('names that lie', () => {
  const lying = Object.keys(NAMES)
    .map((name) => name.split('.')[0] ?? '')
    .filter((name) => name !== 'rebound' && name !== 'moving');

  test.each(lying)('P39 %s: refused, no connection made', async (name) => {
    const before = hidden.connectionCount();

    await expectRefused(`${name}/small`, 'egress_denied');

    expect(hidden.connectionCount()).toBe(before);
  });

  test('P39 rebinding: the second look-up is judged like the first', async () => {
    const before = hidden.connectionCount();

    const first = await world.error(chat({ model: 'rebound/small' }));
    await expectRefused('rebound/small', 'egress_denied');

    expect(first.status).toBeGreaterThanOrEqual(502);
    expect(hidden.connectionCount()).toBe(before);
  });

  test('P40 a name may move inside the ranges that its rule allows, and not out of them', async () => {
    const ask = () => world.error(chat({ model: 'moving/small' }));
    const connections = hidden.connectionCount();

    // Requests at the same time need connections of their own, each with its own look-up.
    const answers = await Promise.all([ask(), ask(), ask()]);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 403]);
    expect(hidden.connectionCount()).toBe(connections + 2);
    expect(hidden.requests).toHaveLength(2);
  });
});

describe('TLS', () => {
  test('P41 a certificate of the named authority is accepted', async () => {
    const answer = await world.error(chat({ model: 'sound/small' }));

    expect(answer.status).toBe(200);
    expect(tls.get('sound')?.requests).toHaveLength(1);
  });

  test.each(['expired', 'wrong-host', 'self-signed'])('P41 %s: 502 upstream_tls, not a byte said', async (name) => {
    await expectRefused(`${name}/small`, 'upstream_tls');

    expect(tls.get(name)?.requests).toEqual([]);
  });
});

describe('a configuration file', () => {
  const loopbackForms = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '[::ffff:127.0.0.1]',
    'localhost.',
    '\u24dbocalhost',
    '169.254.169.254',
    '[::1]',
  ];
  const misleading = [
    'http://api.openai.com\\@evil.test',
    'http://api.openai.com%2f@evil.test',
    'http://user:password@evil.test',
    'http://user@evil.test',
    'http://@evil.test',
    'http:/evil.test',
    'https://evil.test/v1?x=1',
    'https://evil.test/v1#x',
    'https://evil.test /v1',
    'ftp://evil.test/v1',
    'file:///etc/passwd',
    '//evil.test/v1',
  ];

  test('P37 P38 is refused for every base URL that is not allow-listed as what it parses to', async () => {
    const urls = [...loopbackForms.map((host) => `http://${host}:18802/v1`), ...misleading];
    const config = JSON.parse(JSON.stringify(await baseConfig())) as ConfigJson;
    for (const [index, baseUrl] of urls.entries()) {
      config.providers[`odd${index}`] = { baseUrl, api: 'openai' };
      const rule = { ...config.security.egress.allowlist[0], provider: `odd${index}`, allowedHost: 'api.openai.com' };
      config.security.egress.allowlist.push(rule);
    }

    const { exitCode, output } = await checkConfig(config);

    expect(exitCode).toBe(1);
    const problems = output.slice(output.search(/\n\d+ problems?:/));
    for (const index of urls.keys()) expect(problems).toMatch(new RegExp(`odd${index}\\b`));
    expect(problems).not.toContain('providers.local');
  });

  test('P37 an address that is listed as what it parses to is accepted', async () => {
    const config = await baseConfig();
    config.providers.odd = { baseUrl: 'http://2130706433:18802/v1', api: 'openai' };
    config.security.egress.allowlist.push({
      ...config.security.egress.allowlist[0],
      provider: 'odd',
      allowedHost: '127.0.0.1:18802',
    });

    expect(await checkConfig(config)).toMatchObject({ exitCode: 0 });
  });

  async function baseConfig(): Promise<ConfigJson> {
    const { quickStartConfig } = await import('@secrouter/infra');
    return structuredClone(quickStartConfig({ identityProvider: 18801, modelProvider: 18802 }));
  }

  async function checkConfig(config: ConfigJson): Promise<{ exitCode: number | null; output: string }> {
    const file = join(directory, 'checked.json');
    writeFileSync(file, JSON.stringify(config));
    const child = spawn(process.execPath, ['infra/src/commands/config-check.ts', file], { cwd: PROJECT_ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, output };
  }
});

test('with healthIntervalSec 0 no provider was asked for its models while all of this ran', async () => {
  const listings = await fetch(`${world.fleet.modelProvider.url}/control/listings`);
  const servers = [hidden, ...tls.values()];

  expect(await listings.json()).toEqual([]);
  expect(servers.flatMap(({ requests }) => requests).filter(({ method }) => method === 'GET')).toEqual([]);
});
