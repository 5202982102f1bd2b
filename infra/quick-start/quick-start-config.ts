// The configuration that the quick start runs on when the user brings none: the development providers, four tiers at
// four prices, and a policy that shows every rule. `node quick-start-config.ts` prints it for the default ports, which
// is how secrouter.config.example.json is made.

/** Ports on 127.0.0.1 that the configuration refers to. */
export interface QuickStartPorts {
  readonly identityProvider: number;
  readonly modelProvider: number;
}

export const DEFAULT_QUICK_START_PORTS: QuickStartPorts = { identityProvider: 18801, modelProvider: 18802 };

const ALL_TIERS = ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'];
const CHAT_MODELS = ['local/small', 'local/medium', 'local/large', 'local/reasoning'];

/** The quick start's `secrouter.config.json` as a value. Keys that begin with `_` are notes. */
export function quickStartConfig(ports: QuickStartPorts): object {
  return {
    _about:
      'The quick start. Change it, or start your own with SECROUTER_CONFIG=/path/to/secrouter.config.json npm start',
    providers: {
      local: {
        _note: 'The key is named here and never written here: the pods read it from their environment.',
        baseUrl: `http://127.0.0.1:${ports.modelProvider}/v1`,
        api: 'openai',
        auth: { type: 'env', key: 'SECROUTER_DEV_PROVIDER_KEY' },
      },
    },
    tiers: {
      _note: 'Where "model": "auto" goes. A fallback is tried only where the caller may use it.',
      SIMPLE: { primary: 'local/small', fallback: ['local/medium'] },
      MEDIUM: { primary: 'local/medium', fallback: ['local/large', 'local/small'] },
      COMPLEX: { primary: 'local/large', fallback: ['local/reasoning'] },
      REASONING: { primary: 'local/reasoning', fallback: ['local/large'] },
    },
    models: models(),
    embeddings: { default: 'local/embedding' },
    security: security(ports),
  };
}

/** Prices are US dollars per million tokens. */
function models(): object[] {
  return [
    {
      id: 'local/small',
      name: 'Small',
      inputPrice: 0.15,
      outputPrice: 0.6,
      cachedInputPrice: 0.075,
      contextWindow: 128_000,
      maxOutput: 16_384,
      tools: true,
    },
    {
      id: 'local/medium',
      name: 'Medium',
      inputPrice: 1,
      outputPrice: 4,
      cachedInputPrice: 0.25,
      contextWindow: 128_000,
      maxOutput: 16_384,
      tools: true,
    },
    {
      id: 'local/large',
      name: 'Large',
      inputPrice: 3,
      outputPrice: 15,
      cachedInputPrice: 0.3,
      contextWindow: 200_000,
      maxOutput: 32_768,
      tools: true,
    },
    {
      id: 'local/reasoning',
      name: 'Reasoning',
      inputPrice: 10,
      outputPrice: 40,
      cachedInputPrice: 2.5,
      contextWindow: 200_000,
      maxOutput: 65_536,
      reasoning: true,
      tools: true,
    },
    {
      id: 'local/embedding',
      name: 'Embedding',
      inputPrice: 0.02,
      outputPrice: 0,
      contextWindow: 8_192,
      kind: 'embedding',
    },
  ];
}

function security(ports: QuickStartPorts): object {
  return {
    enabled: true,
    oidc: {
      _note:
        'The development identity provider. Its audience, client and subjects are fixed; yours come from your own.',
      issuer: `http://127.0.0.1:${ports.identityProvider}`,
      audience: 'secrouter',
      groupsClaim: 'groups',
      requireMfa: true,
      serviceSubjects: ['svc-batch'],
      clientId: 'secrouter-console',
      scopes: ['openid', 'email', 'profile', 'groups'],
    },
    policy: {
      default: {
        _note:
          'The floor for everyone: the two cheaper tiers, and $25 a day. Anything harder is served by a lower tier.',
        allowedTiers: ['SIMPLE', 'MEDIUM'],
        allowedModels: ['local/small', 'local/medium', 'local/embedding'],
        onViolation: 'downgrade',
        maxClassification: 'internal',
        budgets: [{ window: 'day', maxCostUsd: 25, warnAt: [80] }],
      },
      groups: {
        'secrouter-power-users': {
          allowedTiers: ALL_TIERS,
          allowedModels: [...CHAT_MODELS, 'local/embedding'],
          budgets: [{ window: 'day', maxCostUsd: 250, warnAt: [80] }],
        },
        'secrouter-admins': {
          _note: 'The console and the admin API. It widens nothing that this group may send to a model.',
          admin: true,
        },
      },
      users: {
        'svc-batch': {
          allowedTiers: ['SIMPLE'],
          budgets: [
            { window: 'minute', maxRequests: 600 },
            { window: 'day', maxCostUsd: 10, warnAt: [80] },
          ],
        },
      },
    },
    classification: { default: 'internal', levels: ['public', 'internal', 'confidential'] },
    egress: {
      allowlist: [
        {
          provider: 'local',
          allowedHost: `127.0.0.1:${ports.modelProvider}`,
          authorizedClassifications: ['public', 'internal'],
          authorization: 'Quick start: the development model provider on this machine',
        },
      ],
    },
  };
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(quickStartConfig(DEFAULT_QUICK_START_PORTS), null, 2)}\n`);
