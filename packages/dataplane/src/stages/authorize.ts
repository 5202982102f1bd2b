// Stage 2 of 10. In: identity, policy, headers. Out: the grant: what this principal may do in this request. Throws 400, 403.
import type { IncomingMessage } from 'node:http';
import {
  type AppliedBudget,
  budgetsOf,
  classificationOf,
  costCenterFor,
  type EffectivePolicy,
  mergePolicy,
  type PolicyMerge,
  RequestRefused,
  type TokenIdentity,
} from '@secrouter/proto';
import { type CompiledPolicy, MAX_CACHED_MERGES } from '../policy/compile-snapshot.ts';
import type { Grant } from '../request/grant.ts';

/** Merges the policy of the principal and fixes the request's cost centre and data class. */
export function authorize(
  identity: TokenIdentity,
  policy: CompiledPolicy,
  request: IncomingMessage,
  isTrustedLabeler: boolean,
): Grant {
  const merged = mergedPolicy(identity, policy);
  if (merged.outcome === 'none') throw new RequestRefused('not_authorized', { reason: 'no_rule_matches' });
  const effective = merged.policy;
  const { classification } = policy.config.security;
  const label = singleHeader(request, 'x-data-classification');
  const dataClass = classificationOf(classification, effective, label, isTrustedLabeler);
  if (dataClass.outcome === 'unknown_label')
    throw new RequestRefused('invalid_request', { param: 'X-Data-Classification', reason: 'unknown_label' });
  const costCenter = costCenterFor(effective, singleHeader(request, 'x-secrouter-cost-center'));
  return {
    identity,
    policy: effective,
    budgets: drawnBudgets(effective, costCenter, policy),
    costCenter,
    dataClass: dataClass.level,
    ignoredLabel: dataClass.ignoredLabel,
  };
}

// A principal's cost centres are its groups, so what is kept here is bounded by the merged policy itself.
function drawnBudgets(
  effective: EffectivePolicy,
  costCenter: string | undefined,
  { budgets }: CompiledPolicy,
): readonly AppliedBudget[] {
  const byCostCenter = budgets.get(effective) ?? new Map<string | undefined, readonly AppliedBudget[]>();
  budgets.set(effective, byCostCenter);
  const drawn = byCostCenter.get(costCenter) ?? budgetsOf(effective, costCenter);
  byCostCenter.set(costCenter, drawn);
  return drawn;
}

function mergedPolicy(identity: TokenIdentity, policy: CompiledPolicy): PolicyMerge {
  const known = policy.mergesByIdentity.get(identity) ?? mergedByName(identity, policy);
  policy.mergesByIdentity.set(identity, known);
  return known;
}

function mergedByName(identity: TokenIdentity, policy: CompiledPolicy): PolicyMerge {
  const groups = [...identity.groups, ...identity.roles];
  const key = `${identity.principal}\n${identity.isService}\n${groups.join('\n')}`;
  const known = policy.merges.get(key);
  if (known !== undefined) return known;
  const merged = mergePolicy(policy.config.security, { key: identity.principal, groups, service: identity.isService });
  const [oldest] = policy.merges.keys();
  if (policy.merges.size >= MAX_CACHED_MERGES && oldest !== undefined) policy.merges.delete(oldest);
  policy.merges.set(key, merged);
  return merged;
}

function singleHeader(request: IncomingMessage, name: string): string | undefined {
  const values = request.headersDistinct[name] ?? [];
  if (values.length > 1) throw new RequestRefused('invalid_request', { param: name, reason: 'repeated_header' });
  return values[0];
}
