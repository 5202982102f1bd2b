// What the control plane asks of the tokens of administrators, and one-time tokens that a pod would know too. Real
// database, real Redis, real tokens.
import { answerAdmin, type BrowserSession, type ConsoleContext } from '@secrouter/controlplane';
import { type RunningStore, startRedis } from '@secrouter/infra';
import { redisKeys, tokenIdClaim } from '@secrouter/proto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TokenIssuer, TokenIssuers } from '../support/token-issuer.ts';
import { type ConfigWorld, openConfigWorld, startConfigStore } from './config-world.ts';
import { type ConsoleWorld, openConsoleWorld } from './console-world.ts';

let postgres: RunningStore;
let redisStore: RunningStore;
let issuers: TokenIssuers;
let strict: TokenIssuer;
let once: TokenIssuer;
let world: ConfigWorld;
let context: ConsoleContext;
let consoleWorld: ConsoleWorld;

beforeAll(async () => {
  issuers = await TokenIssuers.start();
  strict = issuers.add('strict');
  once = issuers.add('once');
  [postgres, redisStore] = await Promise.all([startConfigStore(), startRedis({ isDurable: false })]);
  world = await openConfigWorld(postgres);
  await world.editConfig((config) => {
    config.security.oidc = [
      {
        issuer: strict.issuer,
        audience: 'secrouter',
        adminAudience: 'secrouter-admin',
        adminScope: 'administer',
        adminMaxAuthAgeSec: 600,
      },
      {
        issuer: once.issuer,
        audience: 'secrouter',
        alias: 'once',
        trackJti: true,
        groupsAllowed: ['secrouter-admins'],
      },
    ];
    config.security.policy.users = {};
  });
  expect(await world.loadBaseline()).toMatchObject({ outcome: 'published' });
  consoleWorld = await openConsoleWorld(world, redisStore.url);
  context = consoleWorld.context;
});
afterAll(async () => {
  await consoleWorld.close();
  await world.close();
  await Promise.all([postgres.close(), redisStore.close(), issuers.close()]);
});

interface Answer {
  readonly outcome: string;
  readonly challenge: string;
  readonly retryAfter: string | null;
}

async function ask(credential: { bearer: string } | { session: BrowserSession }): Promise<Answer> {
  const headers = 'bearer' in credential ? { authorization: `Bearer ${credential.bearer}` } : {};
  const session = 'session' in credential ? credential.session : undefined;
  const answer = await answerAdmin(
    { context, readSession: async () => session },
    { role: 'any' },
    async () => Response.json({}),
    new Request('http://127.0.0.1:18810/admin/api/config', { headers: headers as Record<string, string> }),
  );
  const { error } = (await answer.json()) as { error?: { code: string } };
  return {
    outcome: [answer.status, error?.code].filter((part) => part !== undefined).join(' '),
    challenge: answer.headers.get('www-authenticate') ?? '',
    retryAfter: answer.headers.get('retry-after'),
  };
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);
const adminClaims = (changes: Readonly<Record<string, unknown>> = {}) => ({
  aud: ['secrouter', 'secrouter-admin'],
  groups: ['secrouter-admins'],
  scope: 'openid administer',
  auth_time: nowSeconds() - 5,
  ...changes,
});

describe("an administrator's token", () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['everything', {}, '200'],
    ['no admin audience', { aud: 'secrouter' }, '403 admin_required'],
    ['no admin scope', { scope: 'openid' }, '403 insufficient_scope'],
    ['no sign-in time', { auth_time: undefined }, '401 auth_too_old'],
    ['an old sign-in', { auth_time: 1_000 }, '401 auth_too_old'],
    ['a sign-in in the future', { auth_time: 4_000_000_000 }, '401 auth_too_old'],
    ['no right by policy', { groups: [] }, '403 admin_required'],
    ['a single factor', { amr: ['pwd'] }, '401 mfa_required'],
  ])('with %s', async (_name, changes, outcome) => {
    const answer = await ask({ bearer: strict.token({ claims: adminClaims(changes) }) });

    expect(answer.outcome).toBe(outcome);
    if (outcome.endsWith('insufficient_scope')) expect(answer.challenge).toContain('scope="administer"');
    if (outcome.endsWith('auth_too_old')) expect(answer.challenge).toContain('max_age=600');
  });

  test('is asked for the same sign-in age when a browser session stands for it', async () => {
    const session = { principal: 'u-admin', groups: ['secrouter-admins'], issuer: strict.issuer, csrfToken: 'c' };

    expect((await ask({ session: { ...session, authTimeSeconds: nowSeconds() - 5 } })).outcome).toBe('200');
    expect((await ask({ session: { ...session, authTimeSeconds: 1_000 } })).outcome).toBe('401 auth_too_old');
    expect((await ask({ session })).outcome).toBe('401 auth_too_old');
  });
});

describe('a one-time token', () => {
  test('T105 is let in once, ten at once', async () => {
    const bearer = once.token({ claims: { groups: ['secrouter-admins'] } });

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask({ bearer })));

    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      '200',
      ...Array.from({ length: 9 }, () => '401 invalid_token'),
    ]);
  });

  test('T105 that a pod has let in is not let in here: both remember in one place', async () => {
    const redis = new Redis(redisStore.url);
    const claim = tokenIdClaim(once.issuer, 'seen-by-a-pod', nowSeconds() + 300, nowSeconds());
    await redis.set(redisKeys('main').tokenId(claim.issuerHash, claim.tokenIdHash), '1', 'EX', claim.lifeSeconds, 'NX');
    redis.disconnect();

    const bearer = once.token({ claims: { jti: 'seen-by-a-pod', groups: ['secrouter-admins'] } });

    expect((await ask({ bearer })).outcome).toBe('401 invalid_token');
  });

  test('is 503 while Redis does not answer, and let in when it is back', async () => {
    const bearer = once.token({ claims: { groups: ['secrouter-admins'] } });
    process.kill(redisStore.pid!, 'SIGSTOP');
    try {
      const answer = await ask({ bearer });

      expect(`${answer.outcome} ${answer.retryAfter}`).toBe('503 idp_unavailable 1');
    } finally {
      process.kill(redisStore.pid!, 'SIGCONT');
    }
    const fresh = once.token({ claims: { groups: ['secrouter-admins'] } });
    expect((await ask({ bearer: fresh })).outcome).toBe('200');
  });
});
