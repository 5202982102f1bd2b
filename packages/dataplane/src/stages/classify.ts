// Stage 4 of 10. In: the judged request and the grant. Out: which tier or model it goes to, and how that was chosen.
import { type ClassifierRequest, classify, explainDecision } from '@secrouter/classifier';
import { type JsonEdit, RequestRefused, resolveModel, type Tier, type TierSource } from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { Grant } from '../request/grant.ts';
import type { ChatRequest } from '../request/judged-request.ts';

/** The decision of this stage. */
export type TierDecision =
  | {
      readonly kind: 'tier';
      readonly tier: Tier;
      readonly source: TierSource;
      readonly isAgentic: boolean;
      /** How it was chosen, never prompt text. */
      readonly reasoning: string;
      readonly edits: readonly JsonEdit[];
    }
  | {
      readonly kind: 'model';
      readonly modelId: string;
      readonly reasoning: string;
      readonly edits: readonly JsonEdit[];
    };

/** `auto` and the machine's form of the overrides. */
const AUTO_MODELS: ReadonlyMap<string, Tier | undefined> = new Map([
  ['auto', undefined],
  ['secrouter/auto', undefined],
  ['auto:simple', 'SIMPLE'],
  ['auto:medium', 'MEDIUM'],
  ['auto:complex', 'COMPLEX'],
  ['auto:reasoning', 'REASONING'],
]);

/** Model ids that mean "choose for me", for `/v1/models`. */
export const AUTO_MODEL_IDS: readonly string[] = [
  'auto',
  'auto:simple',
  'auto:medium',
  'auto:complex',
  'auto:reasoning',
];

/** Decides the tier of an `auto` request, or names the explicit model. Throws 400 empty_override, 404 model_not_found. */
export function decideTier(request: ChatRequest, grant: Grant, policy: CompiledPolicy): TierDecision {
  if (!AUTO_MODELS.has(request.model)) return explicitModel(request, policy);
  const forced = AUTO_MODELS.get(request.model);
  if (forced !== undefined) {
    return {
      kind: 'tier',
      tier: forced,
      source: 'model-id',
      isAgentic: request.toolCount > 0,
      reasoning: `model id asked for ${forced}`,
      edits: [],
    };
  }
  return overriddenTier(request, grant) ?? classifiedTier(request, grant, policy);
}

function explicitModel(request: ChatRequest, policy: CompiledPolicy): TierDecision {
  const resolved = resolveModel(policy.models, request.model);
  if (resolved.outcome !== 'found')
    throw new RequestRefused('model_not_found', { param: 'model', reason: resolved.outcome });
  return { kind: 'model', modelId: resolved.id, reasoning: 'explicit model', edits: [] };
}

function overriddenTier(request: ChatRequest, grant: Grant): TierDecision | undefined {
  const { override } = request;
  if (!grant.policy.inlineOverrides || override === undefined) return undefined;
  if (override.removal === undefined) throw new RequestRefused('empty_override', { param: 'messages' });
  return {
    kind: 'tier',
    tier: override.tier,
    source: 'override',
    isAgentic: request.toolCount > 0,
    reasoning: `override ${override.alias} asked for ${override.tier}`,
    edits: [override.removal],
  };
}

function classifiedTier(request: ChatRequest, grant: Grant, policy: CompiledPolicy): TierDecision {
  const decision = classify(classifierRequest(request, grant), policy.classifier);
  return {
    kind: 'tier',
    tier: decision.tier,
    source: 'classifier',
    isAgentic: decision.agentic || request.toolCount > 0,
    reasoning: explainDecision(decision),
    edits: [],
  };
}

function classifierRequest(request: ChatRequest, grant: Grant): ClassifierRequest {
  return {
    messages: request.classified,
    toolCount: request.toolCount,
    responseFormat: request.responseFormat,
    ...(grant.costCenter === undefined ? {} : { group: grant.costCenter }),
  };
}
