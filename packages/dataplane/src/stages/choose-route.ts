// Stage 5 of 10. In: the tier decision and the grant. Out: ordered candidates, every one of them allowed by the grant,
// the egress list, the data class and what the request needs. Throws 403 or 503.
import {
  type Exclusion,
  excludeCandidate,
  judgeTier,
  type ModelConfig,
  type ProviderReach,
  type RefusalCode,
  RequestRefused,
  type RoutedTier,
  type RouteNeeds,
  type Tier,
  type TierSource,
} from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { Grant } from '../request/grant.ts';
import { isStated, type JudgedRequest } from '../request/judged-request.ts';
import { egressAsk } from '../upstream/egress-permit.ts';
import type { TierDecision } from './classify.ts';

/** Where a request may go, in order. */
export interface Route {
  readonly tier: RoutedTier;
  readonly source: TierSource;
  readonly reasoning: string;
  readonly candidates: readonly [ModelConfig, ...ModelConfig[]];
  readonly reach: ProviderReach;
  /** The tier that was asked for, where the policy allowed only a lower one. */
  readonly downgradedFrom: Tier | undefined;
}

const NO_CANDIDATE: RefusalCode = 'model_not_allowed';

/** Chooses the candidates. Names the reason that excluded the last one when none is left. */
export function chooseRoute(
  decision: TierDecision,
  request: JudgedRequest,
  needs: RouteNeeds,
  grant: Grant,
  policy: CompiledPolicy,
): Route {
  const reach: ProviderReach =
    request.endpoint === 'chat'
      ? { hostedTools: request.hostedToolPath !== undefined, remoteContent: request.remoteContentPath !== undefined }
      : { hostedTools: false, remoteContent: false };
  if (decision.kind === 'model') {
    const candidates = allowed([decision.modelId], false, needs, grant, policy, reach, request);
    const tier = request.endpoint === 'chat' ? 'EXPLICIT' : 'NONE';
    return { tier, source: 'explicit', reasoning: decision.reasoning, candidates, reach, downgradedFrom: undefined };
  }
  const judged = judgeTier(grant.policy, decision.tier);
  if (judged.outcome === 'denied') throw new RequestRefused('tier_not_allowed', { reason: `tier:${decision.tier}` });
  const tier = judged.outcome === 'downgraded' ? judged.tier : decision.tier;
  const route = (decision.isAgentic ? policy.config.agenticTiers?.[tier] : undefined) ?? policy.config.tiers[tier];
  const candidates = allowed([route.primary, ...route.fallback], true, needs, grant, policy, reach, request);
  return {
    tier,
    source: decision.source,
    reasoning: tier === decision.tier ? decision.reasoning : `${decision.reasoning}; policy allows ${tier}`,
    candidates,
    reach,
    downgradedFrom: tier === decision.tier ? undefined : decision.tier,
  };
}

function allowed(
  ids: readonly string[],
  isChosenByUs: boolean,
  needs: RouteNeeds,
  grant: Grant,
  policy: CompiledPolicy,
  reach: ProviderReach,
  request: JudgedRequest,
): readonly [ModelConfig, ...ModelConfig[]] {
  const kept: ModelConfig[] = [];
  const ask = egressAsk(grant, policy, reach);
  let code: RefusalCode = NO_CANDIDATE;
  let reason = 'no_candidate';
  for (const id of ids) {
    const known = policy.models.byId.get(id);
    const model = known === undefined ? undefined : pricedFor(known, request);
    const excluded =
      model === undefined
        ? { code: NO_CANDIDATE, reason: 'unknown_model' }
        : (missingParameter(model, isChosenByUs, request) ??
          excludeCandidate(model, isChosenByUs, needs, ask, policy.config.providers));
    if (model !== undefined && excluded === undefined) kept.push(model);
    else if (excluded !== undefined) ({ code, reason } = excluded);
  }
  const [first, ...rest] = kept;
  if (first !== undefined) return [first, ...rest];
  throw new RequestRefused(code, { reason, ...paramOf(code, reason, request) });
}

// A service tier has a price of its own. Without one the model is one without a price, which no cost budget may use.
function pricedFor(model: ModelConfig, request: JudgedRequest): ModelConfig {
  if (request.endpoint !== 'chat' || request.serviceTier === undefined) return model;
  const { price: _standard, ...rest } = model;
  const price = Object.hasOwn(model.serviceTiers, request.serviceTier)
    ? model.serviceTiers[request.serviceTier]
    : undefined;
  return { ...rest, above: [], ...(price === undefined ? {} : { price }) };
}

// A model that we choose must know every parameter that the client stated: none is dropped silently.
function missingParameter(model: ModelConfig, isChosenByUs: boolean, request: JudgedRequest): Exclusion | undefined {
  const name = model.parameters.unsupported.find((unsupported) => isStated(request.root, unsupported));
  return isChosenByUs && name !== undefined ? { code: 'invalid_request', reason: `unsupported:${name}` } : undefined;
}

function paramOf(code: RefusalCode, reason: string, request: JudgedRequest): { readonly param?: string } {
  if (reason.startsWith('unsupported:')) return { param: reason.slice('unsupported:'.length) };
  if (code === 'model_not_priced' && request.endpoint === 'chat' && request.serviceTier !== undefined)
    return { param: 'service_tier' };
  if (code === 'tool_not_allowed' && request.endpoint === 'chat' && request.hostedToolPath !== undefined)
    return { param: request.hostedToolPath };
  if (code === 'egress_denied' && request.endpoint === 'chat' && request.remoteContentPath !== undefined)
    return { param: request.remoteContentPath };
  return code === 'model_not_allowed' || code === 'model_not_priced' || code === 'invalid_request'
    ? { param: 'model' }
    : {};
}
