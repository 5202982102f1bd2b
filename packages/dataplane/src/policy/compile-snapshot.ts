// Does, when a snapshot is applied, everything that would otherwise be done for each request.
import { getFips } from 'node:crypto';
import { type CompiledClassifier, compileClassifier, parseClassifierParameters } from '@secrouter/classifier';
import {
  type AppliedBudget,
  type CompiledEgress,
  type ConfigProblem,
  compileEgress,
  compileModelIndex,
  type EffectiveConfig,
  type EffectivePolicy,
  type ModelIndex,
  type PolicyMerge,
  type Snapshot,
  TIERS,
  type TokenIdentity,
} from '@secrouter/proto';
import { developmentConfig } from './development-config.ts';

/** A snapshot ready to govern requests. */
export interface CompiledPolicy {
  readonly snapshot: Snapshot;
  readonly config: EffectiveConfig;
  readonly models: ModelIndex;
  readonly classifier: CompiledClassifier;
  readonly egressRules: CompiledEgress;
  /** True when some rule names a group: only then is an overflowing groups claim a refusal. */
  readonly policyNamesGroups: boolean;
  readonly revoked: {
    readonly principal: ReadonlySet<string>;
    readonly token: ReadonlySet<string>;
    readonly client: ReadonlySet<string>;
  };
  /** Merged policies of the principals seen lately; dropped with the snapshot. */
  readonly merges: Map<string, PolicyMerge>;
  /** The same by the identity that a token was read to. */
  readonly mergesByIdentity: WeakMap<TokenIdentity, PolicyMerge>;
  /** Budgets of a merged policy by the cost centre that is charged. */
  readonly budgets: WeakMap<EffectivePolicy, Map<string | undefined, readonly AppliedBudget[]>>;
}

/** Merged policies kept for one snapshot; the least recently used goes first. */
export const MAX_CACHED_MERGES = 10_000;

/** Compiles a snapshot, reusing what the one in force has in common with it, or names what makes it inconsistent, with the field's path. */
export function compileSnapshot(
  snapshot: Snapshot,
  previous?: CompiledPolicy,
  isFipsActive = getFips() === 1,
  isOnLoopback = true,
):
  | { readonly outcome: 'compiled'; readonly policy: CompiledPolicy }
  | { readonly outcome: 'inconsistent'; readonly problems: readonly ConfigProblem[] } {
  const config = developmentConfig(snapshot.config);
  const parameters = parseClassifierParameters(config.classifier, 'classifier');
  const problems = [
    ...inconsistencies(config),
    ...missingFips(config, isFipsActive),
    ...openToOthers(config, isOnLoopback),
    ...(parameters.ok ? [] : parameters.problems),
  ];
  if (problems.length > 0 || !parameters.ok) return { outcome: 'inconsistent', problems };
  const policy: CompiledPolicy = {
    snapshot,
    config,
    models: compileModelIndex(config),
    classifier: compileClassifier(parameters.parameters, previous?.classifier),
    egressRules: compileEgress(config.security.egress.allowlist),
    policyNamesGroups: Object.keys(config.security.policy.groups).length > 0,
    revoked: {
      principal: valuesOf(snapshot, 'principal'),
      token: valuesOf(snapshot, 'token'),
      client: valuesOf(snapshot, 'client'),
    },
    merges: new Map(),
    mergesByIdentity: new WeakMap(),
    budgets: new WeakMap(),
  };
  return { outcome: 'compiled', policy };
}

// A pod without the FIPS provider must not serve a policy that demands it.
function missingFips(config: EffectiveConfig, isFipsActive: boolean): readonly ConfigProblem[] {
  if (!config.security.requireFips || isFipsActive) return [];
  return [{ path: 'security.requireFips', message: "this pod's runtime has no active FIPS provider" }];
}

// The publisher knows its own listeners; this pod's may be open to the network.
function openToOthers(config: EffectiveConfig, isOnLoopback: boolean): readonly ConfigProblem[] {
  if (config.security.enabled || isOnLoopback) return [];
  return [{ path: 'security.enabled', message: 'this pod listens beyond loopback' }];
}

// The publisher has validated all of this; a pod of another version, or a faulty publisher, must still not apply what
// it could not serve.
function inconsistencies(config: EffectiveConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const known = new Set(config.models.map(({ id }) => id));
  for (const tier of TIERS) {
    const route = config.tiers[tier];
    if (route === undefined) {
      problems.push({ path: `tiers.${tier}`, message: 'the tier has no route' });
      continue;
    }
    [route.primary, ...route.fallback].forEach((id, index) => {
      const path = index === 0 ? `tiers.${tier}.primary` : `tiers.${tier}.fallback[${index - 1}]`;
      if (!known.has(id)) problems.push({ path, message: 'names a model that the snapshot does not have' });
    });
  }
  for (const { id, provider } of config.models) {
    if (config.providers[provider] === undefined)
      problems.push({ path: `models.${id}`, message: 'names a provider that the snapshot does not have' });
  }
  return problems;
}

function valuesOf(snapshot: Snapshot, kind: 'principal' | 'token' | 'client'): ReadonlySet<string> {
  return new Set(snapshot.revocations.filter((revocation) => revocation.kind === kind).map(({ value }) => value));
}
