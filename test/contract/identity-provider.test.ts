// The development identity provider as its users meet it: the console's sign-in, `npm run token`, a pipeline, and the
// gateway that fetches its keys.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { promisify } from 'node:util';
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const MAIN_SCRIPT = join(import.meta.dirname, '../../infra/src/identity-provider/main.ts');
const QUICK_START_DIR = join(import.meta.dirname, '../../infra/quick-start');
const TOKEN_SCRIPT = join(import.meta.dirname, '../../infra/src/token.ts');
const CONSOLE_ORIGIN = 'http://127.0.0.1:18800';
const CALLBACK = `${CONSOLE_ORIGIN}/admin/api/auth/callback/oidc`;

let homeDir: string;
let provider: IdentityProviderProcess;

beforeAll(async () => {
  homeDir = await mkdtemp(join(tmpdir(), 'secrouter-idp-'));
  provider = await startProcess('0');
});

afterAll(async () => {
  await provider.close();
  await rm(homeDir, { recursive: true, force: true });
});

describe('npm run token', () => {
  test.each([
    ['basic', { sub: 'u-basic', groups: [], amr: ['pwd', 'otp', 'mfa'] }],
    ['power', { sub: 'u-power', groups: ['secrouter-power-users'], amr: ['pwd', 'otp', 'mfa'] }],
    ['admin', { sub: 'u-admin', groups: ['secrouter-admins'], amr: ['pwd', 'otp', 'mfa'] }],
    ['nomfa', { sub: 'u-nomfa', groups: [], amr: ['pwd'] }],
  ])('prints nothing but an access token of %s that verifies', async (persona, expected) => {
    const { code, stdout, stderr } = await runToken(persona);

    const { payload, protectedHeader } = await verify(stdout.trimEnd());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(payload).toMatchObject({ ...expected, email: `${persona}@example.test`, client_id: 'secrouter-cli' });
    expect(payload.auth_time).toBeTypeOf('number');
    expect(payload.jti).toBeTypeOf('string');
  });

  test('prints the service subject without any authentication method for batch', async () => {
    const { stdout } = await runToken('batch');

    const { payload } = await verify(stdout.trimEnd());
    expect(payload).toMatchObject({ sub: 'svc-batch', client_id: 'secrouter-batch' });
    expect(payload).not.toHaveProperty('amr');
    expect(payload).not.toHaveProperty('auth_time');
  });

  test('says which personas there are when the name is unknown', async () => {
    const { code, stdout, stderr } = await runToken('root');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('token: unknown persona "root"; there are basic, power, admin, nomfa, batch\n');
  });

  test('says in one line that the provider is not running', async () => {
    const { code, stdout, stderr } = await runToken('basic', '1');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^token: the identity provider does not answer at 127\.0\.0\.1:1; .*SECROUTER_IDP_PORT.*\n$/,
    );
  });
});

describe('signing in to the console', () => {
  test('yields an ID token and an API access token of the persona that was picked', async () => {
    const browser = new Browser();

    const tokens = await browser.signIn('admin');

    const claims = { sub: 'u-admin', email: 'admin@example.test', groups: ['secrouter-admins'] };
    const { payload: access } = await verify(tokens.access_token);
    const idToken = await verify(tokens.id_token, 'secrouter-console');
    expect(access).toMatchObject({ ...claims, amr: ['pwd', 'otp', 'mfa'], client_id: 'secrouter-console' });
    expect(idToken.payload).toMatchObject({ ...claims, amr: ['pwd', 'otp', 'mfa'], nonce: 'n-1' });
    expect(access.auth_time).toBe(idToken.payload.auth_time);
  });

  test('asks again at the next sign-in, so that the persona can be changed', async () => {
    const browser = new Browser();
    await browser.signIn('basic');

    const tokens = await browser.signIn('admin');

    expect(decodeJwt(tokens.access_token).sub).toBe('u-admin');
  });

  test('shows one button per person, named by its label, on a page without foreign content', async () => {
    const browser = new Browser();

    const { response } = await browser.open(authorizationUrl('v'.repeat(43)));

    const html = await response.text();
    const labels = [...html.matchAll(/aria-label="([^"]+)"/g)].map((match) => match[1]);
    expect(labels).toEqual(['Basic', 'Power', 'Admin', 'No MFA']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/(src|href)=/);
  });

  test('goes back with access_denied when it is cancelled', async () => {
    const browser = new Browser();
    const { url } = await browser.open(authorizationUrl('v'.repeat(43)));

    const back = await browser.open(url, new URLSearchParams({ cancel: 'yes' }));

    expect(new URL(back.url).searchParams.get('error')).toBe('access_denied');
  });

  test('refuses an authorisation request without PKCE and one to a foreign call-back', async () => {
    const withoutPkce = new URL(authorizationUrl('v'.repeat(43)));
    withoutPkce.searchParams.delete('code_challenge');
    const foreign = new URL(authorizationUrl('v'.repeat(43)));
    foreign.searchParams.set('redirect_uri', 'http://127.0.0.1:1/elsewhere');

    const back = await new Browser().open(withoutPkce.href);
    const { response } = await new Browser().open(foreign.href);

    expect(new URL(back.url).searchParams.get('error')).toBe('invalid_request');
    expect(response.status).toBe(400);
  });

  test('ends the session at the provider and returns to the console', async () => {
    const browser = new Browser();
    const { id_token: idToken } = await browser.signIn('admin');
    const end = new URL(`${provider.issuer}/session/end`);
    end.search = new URLSearchParams({
      id_token_hint: idToken,
      post_logout_redirect_uri: `${CONSOLE_ORIGIN}/admin`,
    }).toString();

    const page = await browser.open(end.href);
    const back = await browser.submitForm(page, { logout: 'yes' });

    expect(back.url).toBe(`${CONSOLE_ORIGIN}/admin`);
  });
});

describe('restart', () => {
  test('keeps keys and sessions: old tokens verify and a refresh token is still good', async () => {
    const { access_token: token, refresh_token: refreshToken } = await new Browser().signIn('admin');
    const { port } = new URL(provider.issuer);

    await provider.close();
    provider = await startProcess(port);
    await expect.poll(isHealthy).toBe(true);

    expect((await verify(token)).payload.sub).toBe('u-admin');
    const refreshed = await postToken({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: 'secrouter-console',
    });
    expect(decodeJwt(refreshed.access_token).groups).toEqual(['secrouter-admins']);
  });

  test('leaves key files that only their owner can read', async () => {
    await new Browser().signIn('basic');

    for (const name of ['keys.json', 'sessions.json']) {
      const file = join(homeDir, 'identity-provider', name);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await readFile(file, 'utf8'))).toBeTruthy();
    }
  });
});

describe('faults on demand', () => {
  afterEach(() => control({ mode: 'normal' }));

  test.each([
    ['error', 500, 'application/json'],
    ['html', 200, 'text/html'],
    ['oversized', 200, 'application/json'],
    ['redirect', 302, 'text/plain'],
  ])('answers the key set as %s until told to be normal', async (mode, status, contentType) => {
    await control({ mode });

    const faulty = await fetch(`${provider.issuer}/jwks`, { redirect: 'manual' });
    await faulty.arrayBuffer();
    await control({ mode: 'normal' });
    const normal = await fetch(`${provider.issuer}/jwks`);

    expect([faulty.status, faulty.headers.get('content-type')]).toEqual([status, contentType]);
    expect(await normal.json()).toMatchObject({ keys: [{ kty: 'RSA', use: 'sig' }] });
  });

  test('drops the connection when down, serves no keys when empty and another issuer when told', async () => {
    await control({ mode: 'down' });
    await expect(fetch(`${provider.issuer}/jwks`)).rejects.toThrow();

    await control({ mode: 'empty-keys' });
    expect(await (await fetch(`${provider.issuer}/jwks`)).json()).toEqual({ keys: [] });

    await control({ mode: 'other-issuer' });
    const discovery = await fetch(`${provider.issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ issuer: 'https://other-issuer.example.test' });
  });

  test('rotates its keys: old tokens verify until the old key is withdrawn', async () => {
    const old = await mint('basic');

    await control({ mode: 'rotate' });
    const fresh = await mint('basic');
    expect((await verify(old)).protectedHeader.kid).not.toBe((await verify(fresh)).protectedHeader.kid);

    await control({ mode: 'rotate', dropOld: true });
    await expect(verify(old)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    expect((await verify(await mint('basic'))).payload.sub).toBe('u-basic');
  });

  test('refuses an unknown mode, a form post, and a name that was rebound to loopback', async () => {
    const unknown = await control({ mode: 'explode' });
    const form = await fetch(`${provider.issuer}/control`, { method: 'POST', body: '{"mode":"down"}' });
    const rebound = await requestWithHost('attacker.example');

    expect([unknown.status, form.status, rebound]).toEqual([400, 400, 421]);
  });
});

describe("the quick start's configuration", () => {
  test('trusts exactly what this provider issues', async () => {
    const config = await exampleConfig();
    const { oidc, policy } = config.security;

    const [admin, batch, power] = [
      await mint('admin'),
      (await runToken('batch')).stdout.trimEnd(),
      await mint('power'),
    ];

    expect((await verify(admin, oidc.audience)).payload[oidc.groupsClaim]).toEqual(['secrouter-admins']);
    expect(Object.keys(policy.groups)).toEqual(
      expect.arrayContaining([...groupsOf(admin, oidc.groupsClaim), ...groupsOf(power, oidc.groupsClaim)]),
    );
    expect(oidc.serviceSubjects).toEqual([decodeJwt(batch).sub]);
    expect((await discovery()).scopes_supported).toEqual(expect.arrayContaining(oidc.scopes));
  });

  test('is the documented example where the ports are the usual ones', async () => {
    const { stdout } = await run([join(QUICK_START_DIR, 'quick-start-config.ts')], process.env);

    expect(JSON.parse(stdout)).toEqual(await exampleConfig());
  });
});

describe('starting', () => {
  test('names the port that is taken and the variable that moves it', async () => {
    const { port } = new URL(provider.issuer);

    const { code, stderr } = await run([MAIN_SCRIPT], environment(port));

    expect(code).toBe(1);
    expect(stderr).toBe(`identity provider: port ${port} is taken; set SECROUTER_IDP_PORT to a free one\n`);
  });

  test('prints every problem of its environment at once and exits with 78', async () => {
    const { code, stderr } = await run([MAIN_SCRIPT], { ...environment('99999'), SECROUTER_PORT: 'http' });

    expect(code).toBe(78);
    expect(stderr).toBe(
      'identity provider: SECROUTER_IDP_PORT: found "99999", expected a port from 0 (any) to 65535\n' +
        'identity provider: SECROUTER_PORT: found "http", expected a port from 1 to 65535\n',
    );
  });
});

interface ExampleConfig {
  readonly security: {
    readonly oidc: {
      readonly audience: string;
      readonly groupsClaim: string;
      readonly serviceSubjects: string[];
      readonly scopes: string[];
    };
    readonly policy: { readonly groups: Record<string, unknown> };
  };
}

async function exampleConfig(): Promise<ExampleConfig> {
  return JSON.parse(await readFile(join(QUICK_START_DIR, 'secrouter.config.example.json'), 'utf8')) as ExampleConfig;
}

async function discovery(): Promise<{ scopes_supported: string[] }> {
  const response = await fetch(`${provider.issuer}/.well-known/openid-configuration`);
  return (await response.json()) as { scopes_supported: string[] };
}

function groupsOf(token: string, groupsClaim: string): unknown[] {
  return decodeJwt(token)[groupsClaim] as unknown[];
}

interface TokenSet {
  readonly access_token: string;
  readonly id_token: string;
  readonly refresh_token: string;
}

interface Page {
  readonly url: string;
  readonly response: Response;
}

/** As much of a browser as a sign-in needs: cookies by name, redirects within the provider, forms. */
class Browser {
  readonly #cookies = new Map<string, string>();

  /** The page at which the redirects end; a redirect to another origin ends there, unvisited. */
  async open(url: string, form?: URLSearchParams): Promise<Page> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { url, response };
    const target = new URL(location, url);
    if (target.origin !== provider.issuer) return { url: target.href, response };
    return await this.open(target.href);
  }

  async submitForm(page: Page, extra: Record<string, string> = {}): Promise<Page> {
    const html = await page.response.text();
    const action = /action="([^"]+)"/.exec(html)?.[1];
    if (action === undefined) throw new Error(`no form on ${page.url}: ${html}`);
    const fields = new URLSearchParams(extra);
    for (const [tag] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      fields.append(/name="([^"]+)"/.exec(tag)?.[1] ?? '', /value="([^"]*)"/.exec(tag)?.[1] ?? '');
    }
    return await this.open(new URL(action, page.url).href, fields);
  }

  async signIn(persona: string): Promise<TokenSet> {
    const verifier = randomBytes(32).toString('base64url');
    const page = await this.open(authorizationUrl(verifier));
    let back = await this.open(page.url, new URLSearchParams({ persona }));
    // Changing the person makes the provider end the former session through a form that submits itself.
    if (new URL(back.url).origin === provider.issuer) back = await this.submitForm(back);
    const code = new URL(back.url).searchParams.get('code');
    if (code === null) throw new Error(`no code at ${back.url}: ${await back.response.text()}`);
    return await postToken({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      client_id: 'secrouter-console',
      code_verifier: verifier,
    });
  }
}

function authorizationUrl(verifier: string): string {
  const url = new URL(`${provider.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: 'secrouter-console',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid email groups',
    state: 's-1',
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return url.href;
}

async function postToken(fields: Record<string, string>): Promise<TokenSet> {
  const response = await fetch(`${provider.issuer}/token`, { method: 'POST', body: new URLSearchParams(fields) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as TokenSet;
}

/** False while the client's pool still holds connections to the provider's former life. */
function isHealthy(): Promise<boolean> {
  return fetch(`${provider.issuer}/health`).then(
    (response) => response.ok,
    () => false,
  );
}

async function mint(persona: string): Promise<string> {
  const tokens = await postToken({
    grant_type: 'urn:secrouter:development:persona',
    client_id: 'secrouter-cli',
    persona,
  });
  return tokens.access_token;
}

function verify(token: string, audience = 'secrouter') {
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
  return jwtVerify<JWTPayload & { auth_time?: number }>(token, keys, { issuer: provider.issuer, audience });
}

function control(command: Record<string, unknown>): Promise<Response> {
  return fetch(`${provider.issuer}/control`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
}

async function requestWithHost(host: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(`${provider.issuer}/jwks`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

function runToken(persona: string, port = new URL(provider.issuer).port) {
  return run([TOKEN_SCRIPT, persona], environment(port));
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

interface IdentityProviderProcess {
  readonly issuer: string;
  readonly close: () => Promise<void>;
}

/** Runs the provider as the quick start does; port 0 is any free one. Resolves with its first line of output. */
async function startProcess(port: string): Promise<IdentityProviderProcess> {
  const child: ChildProcess = spawn(process.execPath, [MAIN_SCRIPT], {
    env: environment(port),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no pipe to the identity provider');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const issuer = /http:\S+/.exec(line)?.[0];
  if (issuer === undefined) throw new Error(`unexpected first line: ${line}`);
  return {
    issuer,
    close: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function environment(port: string): NodeJS.ProcessEnv {
  return { ...process.env, SECROUTER_IDP_PORT: port, SECROUTER_PORT: '18800', SECROUTER_HOME: homeDir };
}
