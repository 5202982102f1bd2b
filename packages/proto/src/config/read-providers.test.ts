import { describe, expect, it } from 'vitest';
import { ConfigReading } from './config-reading.ts';
import { accepted, parseSmall, problemPaths, problemsOf } from './config-samples.ts';
import { allowedHost, isHostAllowed } from './read-url.ts';

const withBaseUrl = (baseUrl: unknown, allowed: string[] = ['127.0.0.1:9000'], more: object = {}) =>
  parseSmall((config) => {
    Object.assign(config.providers.local ?? {}, { baseUrl });
    config.security.egress = {
      allowlist: [{ provider: 'local', allowedHost: allowed, authorizedClassifications: ['UNCLASSIFIED'], ...more }],
    };
  });

describe('base URLs', () => {
  it.each([
    'http://127.0.0.2/v1',
    'http://2130706433/v1',
    'http://0x7f.1/v1',
    'http://0177.0.0.1/v1',
    'http://127.1/v1',
    'http://[::ffff:127.0.0.1]/v1',
    'http://[::1]/v1',
    'http://localhost:9000/v1',
    'http://ⓛocalhost/v1',
    'https://169.254.169.254/latest',
  ])('P37: refuses %s unless that address is listed', (url) => {
    expect(problemPaths(withBaseUrl(url))).toEqual(['providers.local.baseUrl']);
  });

  it('P37: refuses 0, which means 0.0.0.0, and a trailing dot', () => {
    expect(problemPaths(withBaseUrl('https://0/v1'))).toEqual(['providers.local.baseUrl']);
    expect(problemsOf(withBaseUrl('http://localhost./v1', ['localhost']))).toEqual([
      { path: 'providers.local.baseUrl', message: 'the host name ends in a dot; write it without' },
    ]);
  });

  it('P37: accepts a literal that is listed as what it parses to', () => {
    const parsed = accepted(withBaseUrl('http://2130706433:9000/v1/'));

    expect(parsed.config.providers.local?.baseUrls).toEqual(['http://127.0.0.1:9000/v1']);
  });

  it.each([
    'http://api.openai.com\\@evil/v1',
    'http://api.openai.com%2f@evil/v1',
    'https://user@host.example/v1',
    'https://user:password@host.example/v1',
    'https://@host.example/v1',
    'https:/host.example/v1',
    'https:host.example',
    ' https://host.example',
    'ftp://host.example',
    'https://host.example/v1?key=1',
    'https://host.example/#x',
    'https://',
    '',
    7,
  ])('P38: refuses %j', (url) => {
    expect(problemPaths(withBaseUrl(url))).toEqual(['providers.local.baseUrl']);
  });

  it('takes several as replicas of one backend and names the one at fault', () => {
    expect(problemPaths(withBaseUrl(['http://127.0.0.1:9000/v1', 'http://127.0.0.1:9001/v1']))).toEqual([
      'providers.local.baseUrl[1]',
    ]);
    expect(problemPaths(withBaseUrl([]))).toEqual(['providers.local.baseUrl']);
  });

  it('allows http inside the walls only', () => {
    const allowed = ['rack:80', 'llm.example.com', '10.1.2.3', 'llm.corp.internal'];

    expect(withBaseUrl('http://rack/v1', allowed).outcome).toBe('parsed');
    expect(withBaseUrl('http://10.1.2.3/v1', allowed).outcome).toBe('parsed');
    expect(withBaseUrl('http://llm.corp.internal/v1', allowed).outcome).toBe('parsed');
    expect(problemPaths(withBaseUrl('http://llm.example.com/v1', allowed))).toEqual(['providers.local.baseUrl']);
    expect(withBaseUrl('http://llm.example.com/v1', allowed, { allowedCidrs: ['10.0.0.0/8'] }).outcome).toBe('parsed');
    expect(problemPaths(withBaseUrl('http://llm.example.com/v1', allowed, { allowedCidrs: ['0.0.0.0/0'] }))).toEqual([
      'providers.local.baseUrl',
    ]);
  });

  it('warns of a provider that nothing can reach', () => {
    const { warnings } = accepted(withBaseUrl('https://llm.example.com/v1'));

    expect(warnings).toContainEqual({
      path: 'providers.local.baseUrl',
      kind: 'advice',
      message: 'no egress rule of this provider lists llm.example.com: nothing can reach it',
    });
  });
});

describe('egress hosts', () => {
  const read = (value: string) => {
    const place = new ConfigReading().root('');
    return allowedHost({ kind: 'string', start: 0, end: 0, value }, place) ?? place.reading.problems[0]?.message;
  };

  it.each([
    ['API.Example.com', 'api.example.com'],
    ['api.example.com:443', 'api.example.com:443'],
    ['[::1]:8080', '[::1]:8080'],
    ['0x7f.1', '127.0.0.1'],
  ])('keeps %s as %s', (value, expected) => {
    expect(read(value)).toBe(expected);
  });

  it.each(['https://a', 'a/b', '*.example.com', 'a@b', '<resource>.example', 'a:0', 'a:65536', 'a.', ''])(
    'refuses %j',
    (value) => {
      expect(read(value)).toMatch(/ /);
    },
  );

  it.each([
    ['api.example.com', 'https://api.example.com/v1', true],
    ['api.example.com', 'http://api.example.com/v1', true],
    ['api.example.com', 'https://api.example.com:8443/v1', false],
    ['api.example.com:443', 'https://api.example.com/v1', true],
    ['api.example.com:443', 'http://api.example.com/v1', false],
    ['[::1]', 'http://[::1]/v1', true],
    ['[::1]:8080', 'http://[::1]:8080/v1', true],
    ['[::1]:8080', 'http://[::1]/v1', false],
    ['example.com', 'https://api.example.com', false],
  ])('%s allows %s: %s', (entry, url, allowed) => {
    expect(isHostAllowed(entry, new URL(url))).toBe(allowed);
  });
});

describe('the rest of a provider', () => {
  const withFields = (fields: object) => parseSmall((config) => Object.assign(config.providers.local ?? {}, fields));

  it('keeps references to credentials and never a value', () => {
    expect(accepted(withFields({ auth: { type: 'file', filePath: '/run/key' } })).config.providers.local?.auth).toEqual(
      {
        type: 'file',
        filePath: '/run/key',
      },
    );
    expect(problemPaths(withFields({ auth: { type: 'env', key: 'sk-live-123' } }))).toEqual([
      'providers.local.auth.key',
    ]);
    expect(problemPaths(withFields({ auth: { type: 'vault' } }))).toEqual([
      'providers.local.auth.type',
      'providers.local.auth.key',
    ]);
  });

  it('refuses headers that would change the framing', () => {
    const result = withFields({
      headers: { 'X-Ok': 'a', 'Transfer-Encoding': 'chunked', 'bad name': 'x', 'X-Nl': 'a\nb' },
    });

    expect(problemPaths(result)).toEqual([
      'providers.local.headers.Transfer-Encoding',
      'providers.local.headers["bad name"]',
      'providers.local.headers.X-Nl',
    ]);
  });

  it('takes timeouts one by one over the defaults', () => {
    const parsed = accepted(withFields({ timeouts: { connectMs: 100 } }));

    expect(parsed.config.providers.local?.timeouts).toMatchObject({ connectMs: 100, idleMs: 120_000 });
  });
});

describe('Entra credentials', () => {
  const sound = { tenantId: 'contoso.onmicrosoft.com', clientId: 'c', clientSecretEnv: 'ENTRA_SECRET' };
  const withEntra = (entra: object, settings: object = { api: 'azure', azureAuth: 'entra' }) =>
    parseSmall((config) => Object.assign(config.providers.local ?? {}, settings, { entra }));

  it('default to the public cloud and are not among the fields without effect', () => {
    const { config, warnings } = accepted(withEntra(sound));

    expect(config.providers.local?.entra).toEqual({
      ...sound,
      authority: 'https://login.microsoftonline.com',
      scope: 'https://cognitiveservices.azure.com/.default',
    });
    expect(warnings.filter(({ path }) => path.startsWith('providers'))).toEqual([]);
  });

  it.each([
    ['https://login.microsoftonline.us/', 'https://login.microsoftonline.us'],
    ['https://login.example.com/adfs/', 'https://login.example.com/adfs'],
    ['http://127.0.0.1:9100', 'http://127.0.0.1:9100'],
    ['http://localhost:9100', 'http://localhost:9100'],
  ])('are asked for at %s', (authority, expected) => {
    expect(accepted(withEntra({ ...sound, authority })).config.providers.local?.entra?.authority).toBe(expected);
  });

  it.each([
    'http://login.example.com',
    'http://10.0.0.1',
    'http://login.localhost',
    'https://user@login.example.com',
    'https://login.example.com?x=1',
    'https://login.example.com/#x',
    'https://login.example.com.',
    'login.example.com',
  ])('are refused with authority %j', (authority) => {
    expect(problemPaths(withEntra({ ...sound, authority }))).toEqual(['providers.local.entra.authority']);
  });

  it.each(['', '..', 'a/b', 'a?b', '%2e'])('are refused with tenant %j', (tenantId) => {
    expect(problemPaths(withEntra({ ...sound, tenantId }))).toEqual(['providers.local.entra.tenantId']);
  });

  it.each([
    [{ api: 'openai', azureAuth: 'entra' }, 'providers.local.azureAuth'],
    [{ api: 'azure' }, 'providers.local.entra'],
    [{ api: 'azure', azureAuth: 'entra', auth: { type: 'env', key: 'K' } }, 'providers.local.auth'],
  ])('that have no effect in %j are said aloud', (settings, path) => {
    const { warnings } = accepted(withEntra(sound, settings));

    expect(warnings.filter(({ path: at }) => at.startsWith('providers')).map(({ path: at }) => at)).toEqual([path]);
  });
});
