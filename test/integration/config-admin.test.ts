// The admin API as a caller sees it: who may, what a change answers, and what never happens. Real database, real tokens.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AdminHandler,
  type AdminRouteOptions,
  addRevocation,
  answerAdmin,
  type BrowserSession,
  type ConsoleContext,
  classifyPrompt,
  previewOverride,
  publish,
  readConfig,
  readFleet,
  readRevision,
  reloadFile,
  removeOverride,
  rulePlace,
  tierPlace,
  writeOverride,
} from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AS_ADMIN, type ConfigJson, type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';
import { type ConsoleWorld, openConsoleWorld } from './console-world.ts';

const issuerKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const BASE = 'http://127.0.0.1:18810/admin/api';

let postgres: RunningStore;
let redisStore: RunningStore;
let identityProvider: Server;
let issuer: string;
let world: ConfigWorld;
let context: ConsoleContext;
let consoleWorld: ConsoleWorld;
let session: BrowserSession | undefined;

beforeAll(async () => {
  [postgres, redisStore] = await Promise.all([startConfigStore(), startRedis({ isDurable: false })]);
  const jwk = { ...(await exportJWK(issuerKey.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  identityProvider = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => identityProvider.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(identityProvider.address() as AddressInfo).port}`;
});
afterAll(async () => {
  identityProvider.close();
  await Promise.all([postgres.close(), redisStore.close()]);
});
beforeEach(async () => {
  session = undefined;
  world = await openConfigWorld(postgres);
  await world.editConfig((config) => {
    config.security.oidc = {
      ...config.security.oidc,
      issuer,
      jwksUri: `${issuer}/jwks`,
      serviceSubjects: ['svc-batch'],
    };
    config.security.policy.groups['policy-people'] = { roles: ['policy'] };
    config.security.policy.groups['money-people'] = { roles: ['finance'] };
  });
  await world.loadBaseline();
  consoleWorld = await openConsoleWorld(world, redisStore.url);
  context = consoleWorld.context;
});
afterEach(async () => {
  await consoleWorld.close();
  await world.close();
});

function token(claims: JWTPayload): Promise<string> {
  return new SignJWT({ amr: ['mfa'], client_id: 'cli', jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
    .setIssuer(issuer)
    .setAudience('secrouter')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(issuerKey.privateKey);
}

const adminToken = () => token({ sub: 'u-admin', groups: ['secrouter-admins'] });

interface Call {
  readonly bearer?: string;
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(
  options: AdminRouteOptions,
  handler: AdminHandler,
  method: string,
  path: string,
  { bearer, body, rawBody, headers = {} }: Call = {},
): Promise<{ readonly status: number; readonly body: ConfigJson; readonly headers: Headers }> {
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const request = new Request(`${BASE}${path}`, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const response = await answerAdmin({ context, readSession: async () => session }, options, handler, request);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const putRule = (path: string, more: Call) => call({ role: 'policy' }, writeOverride(rulePlace), 'PUT', path, more);
const deleteRule = (path: string, more: Call) =>
  call({ role: 'policy' }, removeOverride(rulePlace), 'DELETE', path, more);
const getConfig = (more: Call) =>
  call(
    { role: 'any' },
    async (admin) => Response.json(await readConfig(admin.context, admin.published)),
    'GET',
    '/config',
    more,
  );

describe('who may call the admin API', () => {
  it('answers 401 without a credential, with a challenge and never a redirect', async () => {
    const answer = await getConfig({});

    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('missing_token');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('answers 403 admin_required without the role, and 200 with it', async () => {
    const basic = await getConfig({ bearer: await token({ sub: 'u-basic' }) });
    const finance = await putRule('/policy/user/u', {
      bearer: await token({ sub: 'u-f', groups: ['money-people'] }),
      body: {},
    });
    const policy = await putRule('/policy/user/u', {
      bearer: await token({ sub: 'u-p', groups: ['policy-people'] }),
      body: {},
    });

    expect([basic.status, basic.body.error.code]).toEqual([403, 'admin_required']);
    expect([finance.status, finance.body.error.code]).toEqual([403, 'admin_required']);
    expect(policy.status).toBe(200);
  });

  it('refuses a forged signature and a single factor', async () => {
    const [header, payload] = (await adminToken()).split('.');
    const forged = await getConfig({ bearer: `${header}.${payload}.${'A'.repeat(86)}` });
    const single = await getConfig({
      bearer: await token({ sub: 'u-admin', groups: ['secrouter-admins'], amr: ['pwd'] }),
    });

    expect([forged.status, forged.body.error.code]).toEqual([401, 'invalid_token']);
    expect([single.status, single.body.error.code]).toEqual([401, 'mfa_required']);
  });

  it('keeps machines out unless a user rule of their own lists them', async () => {
    const machine = () => token({ sub: 'svc-batch', groups: ['secrouter-admins'] });

    expect((await getConfig({ bearer: await machine() })).status).toBe(403);
    const rule = { kind: 'override', scope: 'policy.user', name: 'svc-batch', value: { roles: ['auditor'] } } as const;
    await publish(world.publishing, rule, AS_ADMIN);

    expect((await getConfig({ bearer: await machine() })).status).toBe(200);
  });

  it('asks a browser session for its CSRF token on writes alone', async () => {
    session = { principal: 'u-admin', groups: ['secrouter-admins'], issuer, csrfToken: 'c'.repeat(43) };

    expect((await getConfig({})).status).toBe(200);
    expect((await putRule('/policy/user/u', { body: {} })).status).toBe(403);
    expect((await putRule('/policy/user/u', { body: {}, headers: { 'x-csrf-token': 'c'.repeat(43) } })).status).toBe(
      200,
    );
  });

  it('judges the right anew on each request', async () => {
    const bearer = await token({ sub: 'u-p', groups: ['policy-people'] });
    expect((await putRule('/policy/user/u', { bearer, body: {} })).status).toBe(200);

    await publish(
      world.publishing,
      { kind: 'override', scope: 'policy.group', name: 'policy-people', value: {} },
      AS_ADMIN,
    );

    expect((await putRule('/policy/user/u', { bearer, body: {} })).status).toBe(403);
  });

  it('refuses a revoked principal at once', async () => {
    const denied = await call({ role: 'policy' }, addRevocation, 'POST', '/revocations', {
      bearer: await adminToken(),
      body: { kind: 'principal', value: 'u-p' },
    });
    expect(denied).toMatchObject({ status: 200, body: { revision: 2, id: expect.any(String) } });

    const answer = await getConfig({ bearer: await token({ sub: 'u-p', groups: ['policy-people'] }) });

    expect([answer.status, answer.body.error.code]).toEqual([403, 'revoked']);
  });
});

describe('writing an override', () => {
  const rule = { budgets: [{ window: 'day', maxCostUsd: 1 }] };

  it('answers the new revision, keeps a percent-encoded name and reason', async () => {
    const bearer = await adminToken();
    const answer = await putRule('/policy/user/azure%23a%2Fb%20%C3%A9', {
      bearer,
      body: rule,
      headers: { 'x-change-reason': 'Gr%C3%BC%C3%9Fe%20aus%20dem%20Test' },
    });

    expect(answer).toMatchObject({ status: 200, body: { revision: 2 } });
    const { body } = await getConfig({ bearer });
    expect(body.overrides).toEqual([
      expect.objectContaining({
        scope: 'policy.user',
        name: 'azure#a/b é',
        value: rule,
        author: 'u-admin',
        reason: 'Grüße aus dem Test',
      }),
    ]);
    expect(body.origins['security.policy.groups.secrouter-admins']).toBe('file');
    expect(Object.values(body.origins)).toContain('override');
  });

  it('answers 409 with the revision and the value in force', async () => {
    const bearer = await adminToken();
    await putRule('/policy/user/u-basic', { bearer, body: rule, headers: { 'if-match': '"1"' } });

    const stale = await putRule('/policy/user/u-basic', { bearer, body: {}, headers: { 'if-match': '1' } });

    expect(stale).toMatchObject({
      status: 409,
      body: { revision: 2, value: rule, error: { code: 'revision_conflict' } },
    });
  });

  it('answers 422 with all problems and their paths', async () => {
    const answer = await putRule('/policy/group/g', {
      bearer: await adminToken(),
      body: { maxTeir: 'SIMPLE', budgets: [{ window: 'never' }] },
    });

    expect(answer.status).toBe(422);
    expect(answer.body.error.code).toBe('invalid_configuration');
    expect(answer.body.problems.map(({ path }: { path: string }) => path)).toEqual(
      expect.arrayContaining(['security.policy.groups.g.maxTeir', 'security.policy.groups.g.budgets[0].window']),
    );
  });

  it('writes and removes a tier, and refuses one that does not exist', async () => {
    const bearer = await adminToken();
    const put = (tier: string) =>
      call({ role: 'policy' }, writeOverride(tierPlace), 'PUT', `/tier/${tier}`, {
        bearer,
        body: { primary: 'local/large' },
      });

    expect(await put('SIMPLE')).toMatchObject({ status: 200, body: { revision: 2 } });
    expect((await put('HUGE')).status).toBe(422);
    expect(
      await call({ role: 'policy' }, removeOverride(tierPlace), 'DELETE', '/tier/SIMPLE', { bearer }),
    ).toMatchObject({
      status: 200,
      body: { revision: 3 },
    });
  });

  it.each([
    ['a duplicate member', '{"maxTier":"SIMPLE","maxTier":"MEDIUM"}', 400, 'duplicate_key'],
    ['what is not JSON', '{maxTier:1}', 400, 'invalid_json'],
    ['too large a body', `"${'x'.repeat(1024 * 1024)}"`, 413, 'request_too_large'],
    ['null', 'null', 400, 'invalid_request'],
  ])('refuses %s', async (_what, rawBody, status, code) => {
    const answer = await putRule('/policy/user/u', { bearer: await adminToken(), rawBody });

    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it.each([
    ['a reason above 500 characters', '/policy/user/u', { 'x-change-reason': 'r'.repeat(501) }, 400],
    ['a reason that is not percent-encoded', '/policy/user/u', { 'x-change-reason': '100%' }, 400],
    ['an If-Match that is no revision', '/policy/user/u', { 'if-match': '"abc"' }, 400],
    ['a name with a control character', '/policy/user/a%00b', {}, 400],
    ['a name above its bound', `/policy/user/${'n'.repeat(513)}`, {}, 400],
    ['another scope', '/policy/default/x', {}, 404],
  ])('refuses %s', async (_what, path, headers, status) => {
    const answer = await putRule(path, {
      bearer: await adminToken(),
      body: {},
      headers: headers as Record<string, string>,
    });

    expect(answer.status).toBe(status);
  });

  it('removes an override and says the revision', async () => {
    const bearer = await adminToken();
    await putRule('/policy/user/u-basic', { bearer, body: rule });

    expect(await deleteRule('/policy/user/u-basic', { bearer })).toMatchObject({ status: 200, body: { revision: 3 } });
  });
});

describe('previewing a change', () => {
  const preview = async (body: unknown) =>
    call({ role: 'policy' }, previewOverride, 'POST', '/preview', { bearer: await adminToken(), body });

  it('says what would change and for whom, and writes nothing', async () => {
    await world.pool.query(
      `INSERT INTO usage_events (event_id, kind, cell, time, request_id, pod_id, pod_stream, principal, email, service, groups,
         endpoint, provider, model, tier, tier_source, streamed, input_tokens, cached_input_tokens, cache_write_tokens,
         output_tokens, reasoning_tokens, cost_nano_usd, estimated, outcome, status, total_ms, attempts, epoch, revision)
       SELECT gen_random_uuid(), 'usage', 'main', now(), 'r', 'p', gen_random_uuid(), person, person || '@example.test', false,
         groups, 'chat', 'local', 'local/small', 'SIMPLE', 'classifier', false, 1, 0, 0, 1, 0, 1, false, 'ok', 200, 1, 1, 1, 1
         FROM (VALUES ('u-basic', ARRAY[]::text[]), ('u-power', ARRAY['secrouter-power-users'])) AS people (person, groups)`,
    );

    const answer = await preview({
      scope: 'policy.group',
      name: 'secrouter-power-users',
      value: { maxTier: 'SIMPLE' },
    });

    expect(answer).toMatchObject({ status: 200, body: { revision: 1, valid: true, problems: [] } });
    expect(answer.body.affected.map(({ principal }: { principal: string }) => principal)).toEqual(['u-power']);
    expect(answer.body.changes.map(({ path }: { path: string }) => path)).toContain(
      'security.policy.groups.secrouter-power-users.maxTier',
    );
    expect((await context.policyReader.current())?.revision).toBe(1);
  });

  it('names the problems, the removal of the last admin among them', async () => {
    const answer = await preview({ scope: 'policy.group', name: 'secrouter-admins', value: { admin: false } });

    expect(answer).toMatchObject({ status: 200, body: { valid: false, problems: [{ path: 'security.policy' }] } });
  });
});

describe('reloading and reading the history', () => {
  it('answers what changed, or every problem', async () => {
    const bearer = await adminToken();
    const reload = () => call({ role: 'operator' }, reloadFile, 'POST', '/reload', { bearer });
    expect(await reload()).toMatchObject({ status: 200, body: { revision: 1, changed: false, changes: [] } });

    await world.editConfig((config) => {
      config.security.policy.default.budgets[0].maxCostUsd = 5;
    });
    expect(await reload()).toMatchObject({
      status: 200,
      body: { revision: 2, changed: true, changes: [{ path: 'security.policy.default.budgets' }] },
    });

    await writeFile(world.configFile, '{');
    expect(await reload()).toMatchObject({ status: 422, body: { problems: [{ path: expect.any(String) }] } });
  });

  it('shows each revision with its difference from the one before', async () => {
    const bearer = await adminToken();
    await putRule('/policy/user/u-basic', { bearer, body: { maxTier: 'SIMPLE' } });

    const view = await readRevision(context, 2);

    expect(view).toMatchObject({
      revision: 2,
      kind: 'publish',
      author: 'u-admin',
      changes: [{ scope: 'policy.user', name: 'u-basic', before: null, after: { maxTier: 'SIMPLE' } }],
    });
    expect(view?.difference.map(({ path }) => path)).toEqual(['security.policy.users.u-basic']);
  });

  it('counts the pods that have the newest revision', async () => {
    const published = await context.policyReader.current();
    await world.pool.query(
      `INSERT INTO pod_status (cell, node_id, server_id, pod_version, address, state, connected, connected_at, last_seen_at,
         applied_epoch, applied_revision, applied_at, status)
       VALUES ('main', 'pod-1', 's', '1', 'a', 'ready', true, now(), clock_timestamp(), 1, 1, clock_timestamp(), '{}'),
              ('main', 'pod-2', 's', '1', 'a', 'ready', true, now(), clock_timestamp() - interval '1 minute', 1, 1, null, '{}')`,
    );

    const fleet = published && (await readFleet(context, published));

    expect(fleet).toMatchObject({ revision: 1, livePods: 1, podsOnRevision: 1, slowestApplyMs: expect.any(Number) });
  });
});

describe('how a prompt would be routed', () => {
  const ask = (content: string) => [{ role: 'user', content }];
  const explain = async (body: unknown, claims: JWTPayload = { sub: 'u-p', groups: ['policy-people'] }) =>
    call({ role: 'policy' }, classifyPrompt, 'POST', '/classify', { bearer: await token(claims), body });
  const PROOF = 'Prove that the square root of 7 is irrational, and generalise the zebrawood lemma.';

  it('names the tier, what led to it, and the model that a user would get, without a word of the prompt', async () => {
    const answer = await explain({ messages: ask(PROOF), principal: 'u-any', groups: ['secrouter-power-users'] });

    const { classified, policy, candidates, model } = answer.body;
    expect(answer.status).toBe(200);
    expect(classified.tier).toBe('REASONING');
    expect(classified.contributions.reduce((sum: number, row: { points: number }) => sum + row.points, 0)).toBe(
      classified.score,
    );
    expect(classified.reasoning).toMatch(/^classified REASONING, score -?\d+, margin \d+: /);
    expect(policy).toMatchObject({ outcome: 'allowed', tier: 'REASONING', code: null });
    expect(candidates[0]).toEqual({ model, outcome: 'allowed' });
    expect(JSON.stringify(answer.body)).not.toContain('zebrawood');
  });

  it('says what policy takes away: a tier, a model, a prefix', async () => {
    const value = {
      allowedTiers: ['SIMPLE', 'MEDIUM'],
      onViolation: 'downgrade',
      deniedModels: ['local/medium'],
      inlineOverrides: false,
    };
    await publish(
      world.publishing,
      { kind: 'override', scope: 'policy.user', name: 'u-low', value } as const,
      AS_ADMIN,
    );

    const { body } = await explain({ messages: ask(`/max ${PROOF}`), principal: 'u-low' });

    expect(body.override).toEqual({ alias: 'max', tier: 'REASONING', applies: false });
    expect(body.policy).toMatchObject({ outcome: 'downgraded', tier: 'MEDIUM' });
    expect(body.candidates[0]).toMatchObject({ model: 'local/medium', outcome: 'excluded', code: 'model_not_allowed' });
  });

  it('lets a prefix win where the policy has them', async () => {
    const { body } = await explain({ messages: ask('[simple] Prove it.'), principal: 'u-any' });

    expect(body.override).toEqual({ alias: 'simple', tier: 'SIMPLE', applies: true });
    expect(body.policy.tier).toBe('SIMPLE');
  });

  it.each([
    ['no messages', { principal: 'u' }, 'messages'],
    ['an empty list', { messages: [], principal: 'u' }, 'messages'],
    ['a role that does not exist', { messages: [{ role: 'king', content: 'x' }], principal: 'u' }, 'messages'],
    ['nobody', { messages: ask('x') }, 'principal'],
    ['a data class that does not exist', { messages: ask('x'), principal: 'u', dataClass: 'COSMIC' }, 'dataClass'],
    ['a member too many', { messages: ask('x'), principal: 'u', store: true }, ''],
  ])('refuses %s', async (_, body, param) => {
    const answer = await explain(body);

    expect([answer.status, answer.body.error.code, answer.body.error.param]).toEqual([400, 'invalid_request', param]);
  });

  it('needs a role', async () => {
    const answer = await explain({ messages: ask('x'), principal: 'u' }, { sub: 'u-f', groups: ['money-people'] });

    expect([answer.status, answer.body.error.code]).toEqual([403, 'admin_required']);
  });
});
