// A small policy and grants under it, for tests.
import {
  budgetsOf,
  mergePolicy,
  parseConfig,
  SNAPSHOT_VERSION,
  type Snapshot,
  type TokenIdentity,
} from '@secrouter/proto';
import type { Grant } from '../request/grant.ts';
import { type CompiledPolicy, compileSnapshot } from './compile-snapshot.ts';

type Plain = Record<string, unknown>;

/** The sample configuration as plain JSON that a test may change. */
export function sampleConfig() {
  const rule = { provider: 'local', allowedHost: '127.0.0.1:9000', authorizedClassifications: ['public', 'internal'] };
  return {
    providers: { local: { baseUrl: 'http://127.0.0.1:9000/v1' } as Plain } as Record<string, Plain>,
    tiers: {
      SIMPLE: { primary: 'local/small', fallback: ['local/large'] },
      MEDIUM: { primary: 'local/small', fallback: [] },
      COMPLEX: { primary: 'local/large', fallback: ['local/small'] },
      REASONING: { primary: 'local/thinker', fallback: ['local/large'] },
    } as Plain,
    models: [
      { id: 'local/small', inputPrice: 1, outputPrice: 2, contextWindow: 8_000, maxOutput: 2_000, vision: false },
      { id: 'local/large', inputPrice: 4, outputPrice: 8, contextWindow: 100_000, vision: true },
      { id: 'local/thinker', inputPrice: 10, outputPrice: 40, reasoning: true, tools: false },
      { id: 'local/unpriced' },
      { id: 'local/embed', kind: 'embedding', inputPrice: 1, outputPrice: 0 },
    ] as Plain[],
    embeddings: { default: 'local/embed' },
    security: {
      oidc: { issuer: 'https://login.example.com', audience: 'secrouter' },
      classification: { default: 'internal', levels: ['public', 'internal', 'secret'] },
      egress: { allowlist: [rule] as Plain[] },
      policy: {
        default: {
          allowedTiers: ['SIMPLE', 'MEDIUM', 'COMPLEX', 'REASONING'],
          allowedModels: ['local/small', 'local/large', 'local/thinker', 'local/unpriced', 'local/embed'],
        } as Plain,
        groups: { admins: { admin: true } },
      },
    },
  };
}

/** A snapshot of the sample configuration after a change. */
export function sampleSnapshot(change: (config: ReturnType<typeof sampleConfig>) => void = () => undefined): Snapshot {
  const config = sampleConfig();
  change(config);
  const parsed = parseConfig(JSON.stringify(config), { listenersOnLoopback: true });
  if (parsed.outcome !== 'parsed') throw new Error(JSON.stringify(parsed.problems));
  const createdAt = new Date(0).toISOString();
  return {
    version: SNAPSHOT_VERSION,
    cell: 't',
    epoch: 1,
    revision: 1,
    createdAt,
    config: parsed.config,
    revocations: [],
  };
}

// Compiling the classifier takes a tenth of a second; the same parameters are taken over.
let earlier: CompiledPolicy | undefined;

/** The compiled policy of the sample configuration after a change. */
export function samplePolicy(change?: (config: ReturnType<typeof sampleConfig>) => void): CompiledPolicy {
  const compiled = compileSnapshot(sampleSnapshot(change), earlier);
  if (compiled.outcome !== 'compiled') throw new Error(JSON.stringify(compiled.problems));
  earlier = compiled.policy;
  return compiled.policy;
}

/** What user `u` may do under a policy. */
export function sampleGrant(policy: CompiledPolicy, dataClass = 'internal'): Grant {
  const merged = mergePolicy(policy.config.security, { key: 'u', groups: [], service: false });
  if (merged.outcome === 'none') throw new Error('no rule matches');
  const identity = { principal: 'u', groups: [], roles: [], isService: false } as unknown as TokenIdentity;
  const budgets = budgetsOf(merged.policy, undefined);
  return { identity, policy: merged.policy, budgets, costCenter: undefined, dataClass, ignoredLabel: false };
}
