// The console in a real browser, on the whole system: sign-in, usage, a budget changed through the editor and obeyed by
// the pods, the trail, rights, headers, accessibility.
import OpenAI from 'openai';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from '../support/system.ts';
import { ConsoleDriver, findChromium, launchBrowser, type PersonaLabel } from './console-driver.ts';

const chromiumPath = findChromium();
const PAGES = [
  '/',
  '/people',
  '/people/u-basic',
  '/policies',
  '/policies/user/u-basic',
  '/routing',
  '/fleet',
  '/audit',
];
/** Sixteen pages, each judged by a hundred rules, on a machine that does other work as well. */
const AUDIT_TIMEOUT_MS = 300_000;
/** What every answer below /admin must carry (ASVS V3.4). */
const HEADERS = {
  'cache-control': /no-store/,
  'content-security-policy': /frame-ancestors 'none'/,
  'referrer-policy': /no-referrer/,
  'x-content-type-options': /nosniff/,
};

describe.skipIf(chromiumPath === undefined)('the console in a browser (needs Chromium)', () => {
  let system: TestSystem;
  let browser: Browser;
  let admin: ConsoleDriver;

  beforeAll(async () => {
    system = await startTestSystem();
    browser = await launchBrowser(chromiumPath ?? '');
    admin = await ConsoleDriver.open(browser, system.url);
    await admin.signIn('Admin');
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  async function ask(persona: string): Promise<void> {
    const client = new OpenAI({
      baseURL: `${system.url}/v1`,
      apiKey: await system.token(persona),
      maxRetries: 0,
    });
    await client.chat.completions.create({ model: 'auto', messages: [{ role: 'user', content: 'What is 2+2?' }] });
  }

  async function openAs(label: PersonaLabel): Promise<ConsoleDriver> {
    const driver = await ConsoleDriver.open(browser, system.url);
    await driver.signIn(label);
    return driver;
  }

  test('P90 leads an administrator to the overview and keeps its cookies below /admin, out of reach of scripts', async () => {
    expect(await admin.heading()).toBe('Overview');
    const cookies = (await admin.page.context().cookies()).filter(({ name }) => name.startsWith('secrouter-console.'));

    expect(cookies.map(({ name }) => name)).toContain('secrouter-console.session');
    for (const cookie of cookies) expect(cookie).toMatchObject({ path: '/admin', httpOnly: true, sameSite: 'Lax' });
  });

  test('shows an answered request at once, with the cost that the person reads themselves', async () => {
    const before = await admin.readRequestCount('u-basic');
    await ask('basic');

    const after = await admin.readRequestCount('u-basic');
    const spend = await admin.readSpendUsd('u-basic');

    const own = await fetch(`${system.url}/v1/usage`, {
      headers: { authorization: `Bearer ${await system.token('basic')}` },
    });
    const { usage } = (await own.json()) as { usage: { last30d: { costUsd: number } } };
    expect(after).toBe(before + 1);
    expect(spend).toBe(usage.last30d.costUsd);
  });

  test('a budget lowered in the editor is obeyed by the next request and stands in the trail with its reason', async () => {
    const revision = await admin.setDailyBudget('u-basic', 0.000001, 'spends “too” much');

    await expect(ask('basic')).rejects.toMatchObject({ status: 429 });
    const changes = await admin.searchAudit({ type: 'admin.action' });
    const refusals = await admin.searchAudit({ type: 'quota.exceeded', principal: 'u-basic' });
    expect(changes[0]).toContain('override.write · user u-basic · “spends “too” much”');
    expect(refusals.length).toBeGreaterThanOrEqual(1);
    expect(await admin.verifyAudit()).toContain('The log is intact');
    expect(await admin.undoNewestChange()).toBe(revision + 1);
    await ask('basic');
  });

  test('says which tier and model a prompt would get, and which words led to it', async () => {
    const answer = await admin.tryPrompt('Prove that there are infinitely many primes.');

    expect(answer).toMatch(/^REASONINGscore \d+, \d+ from the nearest boundary/);
    expect(answer).toMatch(/Would go to local\/\w+/);
    expect(answer).toMatch(/reasonprove[^+]*\+\d+/);
  });

  test('shows the problems of a change at its fields and does not offer to save it', async () => {
    const problems = await admin.previewProblems('u-basic', { budgets: [{ window: 'fortnight', maxCostUsd: 1 }] });

    expect(problems).toContain('security.policy.users.u-basic.budgets[0].window');
    expect(await admin.page.getByRole('button', { name: 'Save and push to the fleet' }).count()).toBe(0);
    expect(await admin.accessibilityViolations()).toEqual([]);
  });

  test.each(['light', 'dark'] as const)(
    'every page is accessible and fits 1280 and 390 pixels (%s)',
    async (colorScheme) => {
      for (const width of [1280, 390]) {
        await admin.page.setViewportSize({ width, height: 900 });
        await admin.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const path of PAGES) {
          await admin.goTo(path);
          await admin.page.locator('[data-hydrated]').waitFor({ state: 'attached' });
          expect.soft(await admin.accessibilityViolations(), `${path} at ${width}`).toEqual([]);
          expect.soft(await admin.isWiderThanWindow(), `${path} at ${width}`).toBe(false);
        }
      }
      await admin.page.setViewportSize({ width: 1280, height: 900 });
    },
    AUDIT_TIMEOUT_MS,
  );

  test('tells somebody without the right which group would give it', async () => {
    const basic = await openAs('Basic');

    const heading = await basic.heading(); // waits until the page stands in place of "Loading"
    const text = await basic.page.getByRole('main').textContent();

    expect(heading).toBe('You may not open Overview');
    expect(text).toContain('secrouter-admins');
    await basic.close();
  });

  test('refuses a sign-in with a single factor and says so', async () => {
    const nomfa = await openAs('No MFA');

    expect(await nomfa.signInProblem()).toContain('second factor');
    expect((await nomfa.page.context().cookies()).map(({ name }) => name)).not.toContain('secrouter-console.session');
    await nomfa.close();
  });

  test('P90 a session that was signed out is gone at the server, not only in the browser', async () => {
    const leaving = await openAs('Admin');
    const cookies = await leaving.page.context().cookies();
    const session = cookies.find(({ name }) => name === 'secrouter-console.session');
    const cookie = `${session?.name}=${session?.value}`;
    const readConfig = () => fetch(`${system.url}/admin/api/config`, { headers: { cookie } });
    expect((await readConfig()).status).toBe(200);

    await leaving.signOut();

    expect((await readConfig()).status).toBe(401);
    await leaving.close();
  });

  test('P90 a browser session cannot write without its CSRF token', async () => {
    const cookies = await admin.page.context().cookies();
    const session = cookies.find(({ name }) => name === 'secrouter-console.session');

    const answer = await fetch(`${system.url}/admin/api/policy/user/u-basic`, {
      method: 'PUT',
      headers: { cookie: `${session?.name}=${session?.value}`, 'content-type': 'application/json' },
      body: '{}',
    });

    expect(answer.status).toBe(403);
  });

  test.each(['/admin', '/admin/', '/admin/sign-in', '/admin/nothing', '/admin/api/config', '/admin/api/auth/signin'])(
    'protects the answer of %s against framing, sniffing and caches',
    async (path) => {
      const answer = await fetch(system.url + path, { redirect: 'manual' });

      for (const [name, pattern] of Object.entries(HEADERS)) expect(answer.headers.get(name), name).toMatch(pattern);
      expect(answer.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*'unsafe-inline'/);
    },
  );

  test('the browser had nothing to complain about and asked nobody else', () => {
    expect(admin.errors).toEqual([]);
    expect(admin.foreignOrigins()).toEqual([]);
  });
});
