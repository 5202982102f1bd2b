// A configuration of the single-process SecRouter with every field that such files may have; a test fixture.

/** Loads unchanged: each field is honoured, or accepted with a warning that says what replaces it. */
export const OLDER_CONFIG = `{
  "_note": "Harbour Bank, single process, spring. Keys that begin with an underscore are notes.",
  "port": 18800,
  "host": "127.0.0.1",

  // Two clouds and a rack in the basement.
  "providers": {
    "cloud": {
      "api": "openai",
      "baseUrl": "https://models.gov-cloud.example.com/openai/v1",
      "auth": { "type": "env", "key": "CLOUD_MODEL_KEY" },
      "region": "gov-west-1",
      "headers": { "x-cost-tag": "secrouter" },
    },
    "azure": {
      "_comment": "a deployment's name is the model's",
      "api": "azure",
      "baseUrl": "https://harbour.openai.azure.us",
      "apiVersion": "2024-10-21",
      "azureAuth": "entra",
      "entra": {
        "tenantId": "11111111-2222-3333-4444-555555555555",
        "clientId": "66666666-7777-8888-9999-000000000000",
        "clientSecretEnv": "AZURE_CLIENT_SECRET",
        "authority": "https://login.microsoftonline.us",
        "scope": "https://cognitiveservices.azure.us/.default"
      }
    },
    "rack": {
      "api": "openai",
      "baseUrl": ["http://rack-1:8000/v1", "http://rack-2:8000/v1/"],
      "auth": { "type": "file", "filePath": "/run/secrets/rack" }
    },
    "desk": { "api": "openai", "baseUrl": "https://desk.example.com/v1", "auth": { "type": "keychain", "service": "llm" } }
  },

  "tiers": {
    "SIMPLE": { "primary": "rack/llama-8b", "fallback": ["cloud/small-1:0"] },
    "MEDIUM": { "primary": "cloud/small-1:0", "fallback": [] },
    "COMPLEX": { "primary": "cloud/large-1:0", "fallback": ["azure/gpt-4o"] },
    "REASONING": { "primary": "cloud/large-1:0", "fallback": ["azure/o4-mini"] }
  },
  "agenticTiers": {
    "SIMPLE": { "primary": "cloud/small-1:0", "fallback": [] },
    "MEDIUM": { "primary": "cloud/large-1:0", "fallback": [] }
  },
  "models": [
    {
      "id": "rack/llama-8b", "name": "Llama in the rack", "inputPrice": 0, "outputPrice": 0,
      "contextWindow": 131072, "maxOutput": 8192, "reasoning": false, "vision": false, "agentic": true,
      "classification": "INTERNAL", "kind": "chat"
    },
    { "id": "cloud/small-1:0", "inputPrice": 0.07, "outputPrice": 0.3 },
    { "id": "cloud/large-1:0", "inputPrice": 0.15, "outputPrice": 0.6 },
    { "id": "rack/embed", "inputPrice": 0.01, "kind": "embedding" }
  ],
  "embeddings": { "default": "rack/embed" },
  "tierBoundaries": { "simpleMedium": 0.0, "mediumComplex": 0.03, "complexReasoning": 0.15 },
  "thinking": { "adaptive": ["large"], "enabled": { "models": [], "budget": 4096 } },
  "auth": { "default": "profiles", "profiles": { "type": "profiles", "profilesPath": "~/.config/secrouter/upstream-auth.json" } },
  "scoring": { "tokenCountThresholds": { "simple": 50 } },
  "experiments": {
    "split": { "enabled": false, "name": "trial", "tiers": {} },
    "escalation": { "enabled": false, "fromTiers": ["SIMPLE"], "toTier": "MEDIUM" }
  },

  "security": {
    "enabled": true,
    "requireFips": true,
    "storePath": "/var/lib/secrouter/secrouter.db",
    "cors": { "allowedOrigins": ["https://chat.harbour.example"] },
    "oidc": {
      "issuer": "https://login.harbour.example/realms/staff",
      "audience": "secrouter",
      "jwksUri": "https://login.harbour.example/realms/staff/certs",
      "algorithms": ["RS256", "ES256"],
      "groupsClaim": "groups",
      "rolesClaim": "realm_access.roles",
      "clockToleranceSec": 60,
      "requireMfa": true,
      "mfaAmrValues": ["mfa", "otp", "hwk"],
      "requiredAcr": "https://refeds.org/profile/mfa",
      "serviceSubjects": ["svc-nightly"],
      "delegatingSubjects": ["svc-chat"],
      "actingUserHeader": "X-Sec-Acting-User",
      "actingGroupsHeader": "X-Sec-Acting-Groups",
      "trackJti": false,
      "jwksCacheTtlSec": 600,
      "clientId": "secrouter-console",
      "scopes": "openid profile email groups"
    },
    "classification": { "default": "INTERNAL", "levels": ["PUBLIC", "INTERNAL", "SECRET"] },
    "egress": {
      "failClosed": true,
      "allowlist": [
        {
          "provider": "cloud", "allowedHost": "models.gov-cloud.example.com",
          "authorizedClassifications": ["PUBLIC", "INTERNAL", "SECRET"], "authorization": "agreement 17"
        },
        { "provider": "azure", "allowedHost": "harbour.openai.azure.us", "authorizedClassifications": ["PUBLIC"] },
        {
          "provider": "rack", "allowedHost": ["rack-1:8000", "rack-2:8000"],
          "authorizedClassifications": ["PUBLIC", "INTERNAL", "SECRET"]
        }
      ]
    },
    "policy": {
      "default": {
        "allowedTiers": ["SIMPLE", "MEDIUM"],
        "onViolation": "downgrade",
        "maxClassification": "INTERNAL",
        "budgets": [{ "window": "minute", "maxRequests": 60 }, { "window": "day", "maxCostUsd": 25 }]
      },
      "groups": {
        "power": {
          "allowedTiers": ["SIMPLE", "MEDIUM", "COMPLEX", "REASONING"],
          "allowedTools": ["docs/*"],
          "deniedTools": ["docs/delete"],
          "budgets": [{ "window": "day", "maxCostUsd": 200.5, "maxTotalTokens": 5000000 }]
        },
        "admins": { "admin": true }
      },
      "users": {
        "svc-nightly": { "allowedModels": ["cloud/small-1:0"], "maxTier": "SIMPLE", "deniedModels": ["rack/llama-8b"] }
      }
    },
    "audit": {
      "sink": "both",
      "failClosed": true,
      "retentionDays": 0,
      "syslog": { "host": "siem.harbour.example", "port": 6514, "protocol": "tcp", "format": "cef" }
    },
    "metrics": { "enabled": true, "bearerEnvKey": "SECROUTER_METRICS_TOKEN" },
    "resilience": { "circuitThreshold": 5, "cooldownSec": 30, "healthIntervalSec": 0 },
    "mcp": {
      "enabled": true,
      "servers": [{ "name": "docs", "url": "http://docs:9000/mcp", "authorizedClassifications": ["PUBLIC"] }]
    },
    "tls": { "mode": "frontend", "minVersion": "TLSv1.2" }
  }
}
`;
