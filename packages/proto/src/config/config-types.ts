// The configuration after parsing: every field typed, defaulted and in its unit. This is what a snapshot carries,
// so everything here is plain JSON (prices are integers) and holds references to secrets, never secrets.
import type { PolicyConfig } from '../policy/policy-rule.ts';
import type { Tier } from '../tier.ts';
import type { IssuerRules } from '../token/issuer-rules.ts';

/** Where a pod finds a secret: an environment variable or a file. Never the secret itself. */
export type CredentialReference =
  | { readonly type: 'env'; readonly key: string }
  | { readonly type: 'file'; readonly filePath: string };

export type ProviderApi = 'openai' | 'azure' | 'bedrock' | 'anthropic';

/** Bounds of one upstream attempt, in milliseconds. */
export interface ProviderTimeouts {
  readonly connectMs: number;
  readonly firstByteStreamMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface EntraCredential {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecretEnv: string;
  readonly authority: string;
  readonly scope: string;
}

export interface ProviderConfig {
  /** Replicas of one backend, at least one, parsed and normalised URLs without a trailing slash. */
  readonly baseUrls: readonly string[];
  readonly api: ProviderApi;
  readonly auth?: CredentialReference;
  readonly native: readonly ('responses' | 'messages')[];
  readonly streamUsage: boolean;
  readonly store: 'forbid' | 'allow';
  readonly proxy?: string;
  readonly caFile?: string;
  readonly clientCert?: { readonly certPath: string; readonly keyPath: string };
  readonly maxConcurrent?: number;
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly region?: string;
  readonly apiVersion?: string;
  readonly azureAuth?: 'api-key' | 'entra';
  readonly entra?: EntraCredential;
  readonly timeouts: ProviderTimeouts;
}

export interface TierRoute {
  readonly primary: string;
  readonly fallback: readonly string[];
}

/** Prices in pico-dollars per token: one dollar per million tokens is 1,000,000. */
export interface ModelPrice {
  readonly inputPicoUsd: number;
  readonly outputPicoUsd: number;
  readonly cachedInputPicoUsd: number;
  readonly cacheWritePicoUsd: number;
  readonly cacheWrite1hPicoUsd: number;
}

export interface LongContextPrice extends ModelPrice {
  /** The price holds for requests with more input tokens than this. */
  readonly aboveInputTokens: number;
}

export interface ModelConfig {
  /** `provider/model`. */
  readonly id: string;
  readonly provider: string;
  /** The name that the provider knows the model by. */
  readonly upstreamName: string;
  readonly displayName: string;
  /** Absent: the model has no price and may not be used under a cost budget. */
  readonly price?: ModelPrice;
  readonly above: readonly LongContextPrice[];
  readonly serviceTiers: Readonly<Record<string, ModelPrice>>;
  readonly imageTokens: number;
  readonly aliases: readonly string[];
  readonly parameters: {
    readonly rename: Readonly<Record<string, string>>;
    readonly drop: readonly string[];
    readonly unsupported: readonly string[];
  };
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  readonly kind: 'chat' | 'embedding';
  readonly reasoning: boolean;
  readonly vision: boolean;
  readonly tools: boolean;
  /** ISO date from which the price holds. */
  readonly effectiveFrom?: string;
  /** Where the row comes from. */
  readonly source: 'file' | 'catalogue' | 'tiers';
}

export interface EgressRule {
  readonly provider: string;
  /** `host` or `host:port`, lower case, as WHATWG URL parsing yields them. */
  readonly allowedHosts: readonly string[];
  readonly allowedCidrs: readonly string[];
  readonly authorizedClassifications: readonly string[];
  readonly hostedTools: boolean;
  readonly remoteContent: boolean;
  readonly authorization?: string;
}

export interface ClassificationConfig {
  readonly default: string;
  /** Low to high. */
  readonly levels: readonly string[];
  readonly trustedLabelers: readonly string[];
}

export interface CheckpointSink {
  readonly type: 'file' | 'syslog' | 'http' | 's3';
  readonly target: string;
}

export interface AuditConfig {
  readonly failClosed: boolean;
  readonly retentionDays?: number;
  readonly syslog?: {
    readonly host: string;
    readonly port: number;
    readonly protocol: 'tcp' | 'tls' | 'udp';
    readonly format: 'cef' | 'json';
  };
  readonly checkpoints: { readonly intervalSeconds: number; readonly sinks: readonly CheckpointSink[] };
}

export interface ResilienceConfig {
  readonly circuitThreshold: number;
  readonly cooldownSeconds: number;
  /** Absent: only loopback and pooled endpoints are probed; 0: none. */
  readonly healthIntervalSeconds?: number;
  readonly budgetStance: 'closed' | 'grace';
  readonly maxSnapshotAgeSeconds?: number;
}

/** Bounds on what a client may send; names and defaults as in docs/limits. */
export interface RequestLimits {
  readonly bodyBytes: number;
  readonly jsonDepth: number;
  readonly messages: number;
  readonly sseLineBytes: number;
  readonly classifiedTextBytes: number;
}

export interface SecurityConfig {
  readonly enabled: boolean;
  /** At least one; the first issuer's principals carry no alias. */
  readonly oidc: readonly IssuerRules[];
  readonly policy: PolicyConfig;
  readonly billingOrder: readonly string[];
  readonly classification: ClassificationConfig;
  readonly egress: { readonly allowlist: readonly EgressRule[] };
  readonly audit: AuditConfig;
  readonly resilience: ResilienceConfig;
  readonly metrics: { readonly enabled: boolean; readonly bearer?: CredentialReference };
  readonly cors: { readonly allowedOrigins: readonly string[] };
  readonly trustedProxies: readonly string[];
  readonly requireFips: boolean;
}

/** TLS of the listener, honoured by the process that listens. */
export interface TlsConfig {
  readonly mode: 'off' | 'frontend' | 'native';
  readonly certPath?: string;
  readonly keyPath?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
}

/**
 * The whole configuration in force: the file's baseline with the overrides merged in. `classifier` stays as it was
 * written (validated by the classifier package) because its shape belongs there.
 */
export interface EffectiveConfig {
  readonly port?: number;
  readonly host?: string;
  readonly tls: TlsConfig;
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly tiers: Readonly<Record<Tier, TierRoute>>;
  readonly agenticTiers?: Readonly<Partial<Record<Tier, TierRoute>>>;
  readonly models: readonly ModelConfig[];
  readonly embeddings: { readonly default?: string };
  readonly classifier: Readonly<Record<string, unknown>>;
  readonly limits: RequestLimits;
  readonly security: SecurityConfig;
}

/** What a configuration check says of one field, or of the whole. Paths are dotted: `security.policy.default.budgets[0].window`. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

/** A field that is accepted and has another home now or no effect yet (`replaced`), or advice; never silence. */
export interface ConfigWarning extends ConfigProblem {
  readonly kind: 'replaced' | 'advice';
}
