// The whole file, field by field: what it states, typed, before anything is compared with anything else.
import { type JsonNode, presentMember } from '../json/json-node.ts';
import { toPlainValue } from '../json/json-value.ts';
import type { PolicyConfig } from '../policy/policy-rule.ts';
import type { Tier } from '../tier.ts';
import type { Place } from './config-reading.ts';
import type {
  ConfigProblem,
  EffectiveConfig,
  RequestLimits,
  SecurityConfig,
  TierRoute,
  TlsConfig,
} from './config-types.ts';
import { type ObjectReader, object, stated } from './object-reader.ts';
import { cidr, classification, DEFAULT_CLASSIFICATION, egress } from './read-egress.ts';
import { issuers } from './read-issuer.ts';
import { type StatedModel, statedModel } from './read-models.ts';
import { audit, cors, DEFAULT_AUDIT, DEFAULT_RESILIENCE, metrics, resilience, tls } from './read-operations.ts';
import { policyConfig, principalOrGroup } from './read-policy.ts';
import { provider, providerName } from './read-providers.ts';
import { allTiers, modelId, someTiers } from './read-tiers.ts';
import { boolean, integer, list, type Reader, record, text } from './read-value.ts';

/** What the caller knows that the file does not. */
export interface ConfigContext {
  /** True when every listener is bound to loopback: only then may `security.enabled` be false. */
  readonly listenersOnLoopback: boolean;
  /** Whether this runtime's FIPS provider is active; absent where the file is only checked. */
  readonly isFipsActive?: boolean;
  /** Content of `SECROUTER_EGRESS_FILE`: an array of egress rules that is added to the allow-list. */
  readonly egressFileText?: string;
  /** Names of the environment's variables, for a warning about those of older installations. */
  readonly environmentNames?: readonly string[];
  /** Judges the `classifier` block; its shape belongs to the classifier package. Paths are complete. */
  readonly checkClassifier?: (value: Readonly<Record<string, unknown>>) => readonly ConfigProblem[];
}

/** The file as stated: models are not yet completed from the catalogue, names in policies not yet canonical. */
export interface ConfigFile extends Omit<EffectiveConfig, 'models'> {
  readonly statedModels: readonly StatedModel[];
  /** False when the file has no `security.classification`: then labels elsewhere are only warned about. */
  readonly hasLadder: boolean;
}

/** Defaults; docs/limits.md lists them. */
export const DEFAULT_LIMITS: RequestLimits = {
  bodyBytes: 32 * 1024 * 1024,
  jsonDepth: 64,
  messages: 5_000,
  sseLineBytes: 1024 * 1024,
  classifiedTextBytes: 64 * 1024,
};

const MAX_BODY_BYTES = 256 * 1024 * 1024;
const MAX_JSON_DEPTH = 256;

const NO_TIERS: Readonly<Record<Tier, TierRoute>> = {
  SIMPLE: { primary: '', fallback: [] },
  MEDIUM: { primary: '', fallback: [] },
  COMPLEX: { primary: '', fallback: [] },
  REASONING: { primary: '', fallback: [] },
};

/** A reader of the whole document for one context. */
export function configFile(context: ConfigContext): Reader<ConfigFile> {
  return object((fields) => {
    const hasLadder = statesLadder(fields);
    return stated({
      port: fields.optional('port', integer(1, 65_535)),
      host: fields.optional('host', text(/^[^\s/@]+$/, 'a host or address')),
      tls: readTls(fields),
      providers: fields.required('providers', record(provider, providerName), {}),
      tiers: fields.required('tiers', allTiers, NO_TIERS),
      agenticTiers: fields.optional('agenticTiers', someTiers),
      statedModels: fields.withDefault('models', list(statedModel), []),
      embeddings: fields.withDefault('embeddings', embeddings, {}),
      classifier: fields.withDefault('classifier', classifier(context), {}),
      limits: fields.withDefault('limits', limits, DEFAULT_LIMITS),
      security: readSecurity(fields, context),
      hasLadder,
    });
  });
}

const securityMissing =
  'is required: without it the gateway would be open; state at least oidc {issuer, audience}, policy and egress';

function readSecurity(fields: ObjectReader, context: ConfigContext): SecurityConfig {
  const read = fields.optional('security', security(context));
  if (!fields.has('security')) fields.place.at('security').refuse(securityMissing);
  return read ?? EMPTY_SECURITY;
}

const NO_POLICY: PolicyConfig = { groups: {}, users: {} };

/** Stands in after a problem, so that reading goes on; never part of a configuration in force. */
const EMPTY_SECURITY: SecurityConfig = {
  enabled: false,
  oidc: [],
  policy: NO_POLICY,
  billingOrder: [],
  classification: DEFAULT_CLASSIFICATION,
  egress: { allowlist: [] },
  audit: DEFAULT_AUDIT,
  resilience: DEFAULT_RESILIENCE,
  metrics: { enabled: false },
  cors: { allowedOrigins: [] },
  trustedProxies: [],
  requireFips: false,
};

function security(context: ConfigContext): Reader<SecurityConfig> {
  return object((fields) => {
    const enabled = readEnabled(fields, context);
    if (enabled && !fields.has('oidc')) fields.place.at('oidc').refuse('is required: whose tokens are accepted');
    fields.optional('tls', tls); // read by readTls
    return {
      enabled,
      oidc: fields.withDefault('oidc', issuers, []),
      policy: fields.withDefault('policy', policyConfig, NO_POLICY),
      billingOrder: fields.withDefault('billingOrder', list(principalOrGroup), []),
      classification: fields.withDefault('classification', classification, DEFAULT_CLASSIFICATION),
      egress: { allowlist: fields.withDefault('egress', egress, []) },
      audit: fields.withDefault('audit', audit, DEFAULT_AUDIT),
      resilience: fields.withDefault('resilience', resilience, DEFAULT_RESILIENCE),
      metrics: fields.withDefault('metrics', metrics, EMPTY_SECURITY.metrics),
      cors: fields.withDefault('cors', cors, EMPTY_SECURITY.cors),
      trustedProxies: fields.withDefault('trustedProxies', list(cidr), []),
      requireFips: readRequireFips(fields, context),
    };
  });
}

function readRequireFips(fields: ObjectReader, context: ConfigContext): boolean {
  const isRequired = fields.withDefault('requireFips', boolean, false);
  if (isRequired && context.isFipsActive === false)
    fields.place.at('requireFips').refuse("the runtime's FIPS provider is not active; start it with --enable-fips");
  return isRequired;
}

function readEnabled(fields: ObjectReader, context: ConfigContext): boolean {
  const enabled = fields.withDefault('enabled', boolean, true);
  const at = fields.place.at('enabled');
  if (!enabled && !context.listenersOnLoopback)
    at.refuse("false is for a developer's own machine: it needs every listener on loopback");
  if (!enabled && context.listenersOnLoopback) at.advise('nobody is asked who they are; for this machine only');
  return enabled;
}

/** TLS of the listener stands at the top; older files have it under `security`. */
function readTls(fields: ObjectReader): TlsConfig {
  const top = fields.optional('tls', tls);
  const older = fields.optional('security', olderTls);
  if (top !== undefined && older !== undefined)
    fields.place.at('tls').refuse('is stated here and as security.tls; keep one');
  return top ?? older ?? { mode: 'off' };
}

// Problems of this block are reported by the reader of `security`; here only its value matters.
const olderTls: Reader<TlsConfig> = (node, place) => {
  const block = node.kind === 'object' ? presentMember(node, 'tls') : undefined;
  return block === undefined ? undefined : quietly(tls, block, place);
};

function quietly<T>(reader: Reader<T>, node: JsonNode, place: Place): T | undefined {
  const { problems, warnings } = place.reading;
  const [problemCount, warningCount] = [problems.length, warnings.length];
  const value = reader(node, place);
  problems.length = problemCount;
  warnings.length = warningCount;
  return value;
}

function statesLadder(fields: ObjectReader): boolean {
  const ladder: Reader<boolean> = (node) =>
    node.kind === 'object' && presentMember(node, 'classification') !== undefined;
  return fields.optional('security', ladder) ?? false;
}

const embeddings = object((fields) => stated({ default: fields.optional('default', modelId) }));

function classifier(context: ConfigContext): Reader<Readonly<Record<string, unknown>>> {
  return (node, place) => {
    if (node.kind !== 'object') return place.refuse('expected an object');
    const plain = Object.entries(toPlainValue(place.text, node) as Record<string, unknown>);
    const value = Object.fromEntries(plain.filter(([name]) => !name.startsWith('_')));
    place.reading.problems.push(...(context.checkClassifier?.(value) ?? []));
    return value;
  };
}

const limits: Reader<RequestLimits> = object((fields) => ({
  bodyBytes: fields.withDefault('bodyBytes', integer(1024, MAX_BODY_BYTES), DEFAULT_LIMITS.bodyBytes),
  jsonDepth: fields.withDefault('jsonDepth', integer(4, MAX_JSON_DEPTH), DEFAULT_LIMITS.jsonDepth),
  messages: fields.withDefault('messages', integer(1, 100_000), DEFAULT_LIMITS.messages),
  sseLineBytes: fields.withDefault('sseLineBytes', integer(1024, MAX_BODY_BYTES), DEFAULT_LIMITS.sseLineBytes),
  classifiedTextBytes: fields.withDefault(
    'classifiedTextBytes',
    integer(256, MAX_BODY_BYTES),
    DEFAULT_LIMITS.classifiedTextBytes,
  ),
}));
