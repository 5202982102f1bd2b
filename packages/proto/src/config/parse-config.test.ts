import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, toPlainValue } from '../json/json-value.ts';
import { parseStrictJson } from '../json/strict-json.ts';
import { accepted, CONTEXT, parseSmall, problemPaths, problemsOf, smallConfig } from './config-samples.ts';
import { OLDER_CONFIG } from './older-config-sample.ts';
import { parseConfig } from './parse-config.ts';

describe('a file of the single-process SecRouter', () => {
  const parsed = accepted(parseConfig(OLDER_CONFIG, CONTEXT));

  it('loads unchanged, with comments, trailing commas and notes', () => {
    expect(parsed.config.port).toBe(18_800);
    expect(parsed.config.tls).toEqual({ mode: 'frontend', minVersion: 'TLSv1.2' });
    expect(parsed.config.security.requireFips).toBe(true);
    expect(parsed.config.security.cors.allowedOrigins).toEqual(['https://chat.harbour.example']);
    expect(parsed.config.security.metrics).toEqual({
      enabled: true,
      bearer: { type: 'env', key: 'SECROUTER_METRICS_TOKEN' },
    });
  });

  it('says of each old field what replaces it', () => {
    const replaced = parsed.warnings.filter((warning) => warning.kind === 'replaced').map((warning) => warning.path);

    expect(replaced).toEqual(
      expect.arrayContaining([
        'auth',
        'thinking',
        'experiments',
        'scoring',
        'tierBoundaries',
        'security.storePath',
        'security.audit.sink',
        'security.mcp',
        'security.policy.groups.power.allowedTools',
        'security.policy.groups.power.deniedTools',
        'models[0].agentic',
        'models[0].classification',
        'providers.desk.auth',
      ]),
    );
  });

  it('gives every field exactly one verdict and refuses none', () => {
    const paths = parsed.fields.map((field) => field.path);

    expect(new Set(paths).size).toBe(paths.length);
    expect(parsed.fields.filter((field) => field.verdict === 'refused')).toEqual([]);
    expect(parsed.fields).toContainEqual({ path: 'security.oidc.audience', verdict: 'used' });
    expect(parsed.fields).toContainEqual({ path: '_note', verdict: 'note' });
    expect(parsed.fields.find((field) => field.path === 'security.storePath')).toMatchObject({ verdict: 'replaced' });
  });
});

describe('the document', () => {
  it.each([
    ['', '', 'the file is not JSON at line 1, column 1'],
    ['{\n "port": }', 'port', 'the file is not JSON at line 2, column 10'],
    ['{"tiers": {"SIMPLE": {}, "SIMPLE": {}}}', 'tiers.SIMPLE', 'is stated twice (line 1, column 26)'],
    ['{"port": 1, "\\u0070ort": 2}', 'port', 'is stated twice (line 1, column 13)'],
    ['[]', '', 'expected an object, found an array'],
  ])('refuses %j', (text, path, message) => {
    expect(problemsOf(parseConfig(text, CONTEXT))).toEqual([{ path, message }]);
  });

  it('tolerates a byte order mark', () => {
    expect(parseConfig(`\ufeff${JSON.stringify(smallConfig())}`, CONTEXT).outcome).toBe('parsed');
  });

  it('names the nearest known field for an unknown one', () => {
    const result = parseSmall((config) => {
      config.provders = {};
      config.security.policy.default.alowedTiers = [];
      config.security.policy.default.zzzzzzzzzzz = 1;
    });

    expect(problemsOf(result)).toEqual([
      { path: 'security.policy.default.alowedTiers', message: 'is not a known field; did you mean "allowedTiers"?' },
      { path: 'security.policy.default.zzzzzzzzzzz', message: 'is not a known field' },
      { path: 'provders', message: 'is not a known field; did you mean "providers"?' },
    ]);
  });

  it('reports all problems at once', () => {
    const result = parseSmall((config) => {
      config.port = 'x';
      config.tiers = { SIMPLE: {}, MEDIUM: { primary: 'bare' } };
      config.security.oidc = { issuer: 'login' };
    });

    expect(problemPaths(result)).toEqual([
      'port',
      'tiers.SIMPLE.primary',
      'tiers.MEDIUM.primary',
      'tiers.COMPLEX',
      'tiers.REASONING',
      'security.oidc.issuer',
      'security.oidc.audience',
    ]);
  });

  it('takes null for absent', () => {
    expect(parseSmall((config) => Object.assign(config, { port: null, agenticTiers: null })).outcome).toBe('parsed');
    expect(problemPaths(parseSmall((config) => Object.assign(config, { tiers: null })))).toContain('tiers');
  });
});

describe('any document', () => {
  const anyPath = fc.constantFrom(
    ...accepted(parseConfig(OLDER_CONFIG, CONTEXT)).fields.map((field) => field.path),
    'providers',
    'security.oidc',
    'security.policy.default.budgets',
    'tiers.SIMPLE',
    'models[0]',
  );

  it('is parsed or refused with its problems, whatever stands in a field', () => {
    fc.assert(
      fc.property(anyPath, fc.jsonValue({ maxDepth: 3 }), (path, value) => {
        const document = setAt(path, value);
        const result = parseConfig(JSON.stringify(document), CONTEXT);

        return result.outcome === 'parsed' ? canonicalJson(result.config).length > 0 : result.problems.length > 0;
      }),
      { numRuns: 300 },
    );
  });

  it('yields plain JSON that survives a snapshot', () => {
    const { config } = accepted(parseConfig(OLDER_CONFIG, CONTEXT));

    expect(JSON.parse(canonicalJson(config))).toEqual(config);
  });
});

/** The older configuration with another value at one of its fields. */
function setAt(path: string, value: unknown): unknown {
  const reading = parseStrictJson(OLDER_CONFIG, { maxDepth: 32 }, 'jsonc');
  if (reading.outcome === 'refused') throw new Error(reading.problem);
  const document = toPlainValue(OLDER_CONFIG, reading.root) as Record<string, unknown>;
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<Record<string, unknown>>((node, step) => node[step] as Record<string, unknown>, document);
  parent[last] = value;
  return document;
}

describe('security', () => {
  it('is one clear line when it is missing', () => {
    const result = parseSmall((config) => {
      Object.assign(config, { security: undefined });
    });

    expect(problemsOf(result).filter((problem) => problem.path === 'security')).toHaveLength(1);
    expect(problemsOf(result)[0]?.message).toContain('the gateway would be open');
  });

  it('may be off only where every listener is on loopback, and says so', () => {
    const off = (config: ReturnType<typeof smallConfig>) => {
      Object.assign(config.security, { enabled: false, oidc: undefined });
    };

    expect(problemPaths(parseSmall(off, { listenersOnLoopback: false }))).toEqual(['security.enabled']);
    const parsed = accepted(parseSmall(off));
    expect(parsed.config.security.enabled).toBe(false);
    expect(parsed.warnings).toContainEqual(expect.objectContaining({ path: 'security.enabled' }));
  });

  it('never lets egress fail open', () => {
    const result = parseSmall((config) => {
      config.security.egress = { ...(config.security.egress as object), failClosed: false };
    });

    expect(problemPaths(result)).toEqual(['security.egress.failClosed']);
  });

  it('asks for certificate and key of native TLS, at its old place too', () => {
    const result = parseSmall((config) => {
      config.security.tls = { mode: 'native' };
    });

    expect(problemPaths(result)).toEqual(['security.tls.certPath', 'security.tls.keyPath']);
  });

  it('warns of fields that have no effect yet', () => {
    const { warnings } = accepted(
      parseSmall((config) => {
        Object.assign(config.providers.local ?? {}, { native: [], proxy: 'http://proxy.example.test:3128' });
        Object.assign(config.security, { audit: { syslog: { host: 'log.example', port: 6514 } } });
      }),
    );

    const replaced = warnings.filter((warning) => warning.kind === 'replaced');
    expect(replaced.map((warning) => warning.path)).toEqual(['providers.local.proxy', 'security.audit.syslog']);
  });
});

describe('the environment around the file', () => {
  const rule = { provider: 'local', allowedHost: 'other.example', authorizedClassifications: ['UNCLASSIFIED'] };

  it('adds the rules of the egress file once', () => {
    const egressFileText = JSON.stringify([
      rule,
      { provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['UNCLASSIFIED'] },
    ]);

    const parsed = accepted(parseSmall(() => {}, { ...CONTEXT, egressFileText }));

    expect(parsed.addedEgressRules).toBe(1);
    expect(parsed.config.security.egress.allowlist.map((entry) => entry.allowedHosts)).toEqual([
      ['127.0.0.1:9000'],
      ['other.example'],
    ]);
  });

  it.each(['', '{}', '[{"provider": "local"}]'])('refuses an egress file that holds %j', (egressFileText) => {
    const paths = problemPaths(parseSmall(() => {}, { ...CONTEXT, egressFileText }));

    expect(paths).toHaveLength(1);
    expect(paths[0]).toMatch(/^SECROUTER_EGRESS_FILE/);
  });

  it('warns of variables of older installations', () => {
    const parsed = accepted(
      parseSmall(() => {}, { ...CONTEXT, environmentNames: ['PATH', 'SECROUTER_SECLLM_ENDPOINTS'] }),
    );

    expect(parsed.warnings.map((warning) => warning.path)).toContain('SECROUTER_SECLLM_ENDPOINTS');
  });

  it('lets the classifier judge its own block', () => {
    const checkClassifier = (value: Readonly<Record<string, unknown>>) =>
      Object.keys(value).map((name) => ({ path: `classifier.${name}`, message: 'odd' }));

    const result = parseSmall((config) => Object.assign(config, { classifier: { _note: 1, margin: 2 } }), {
      ...CONTEXT,
      checkClassifier,
    });

    expect(problemPaths(result)).toEqual(['classifier.margin']);
  });
});
