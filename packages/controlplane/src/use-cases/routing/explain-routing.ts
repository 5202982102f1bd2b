// What would become of a prompt for a user: tier, why, what policy does, and which models would be tried. Computed by the
// rules that the pods apply, from what is given alone; nothing is stored, forwarded or written to a log.
import {
  type ClassifierRequest,
  type CompiledClassifier,
  classify,
  compileClassifier,
  explainDecision,
  parseClassifierParameters,
  parseOverride,
  type TierDecision,
} from '@secrouter/classifier';
import {
  type CompiledEgress,
  classificationOf,
  compileEgress,
  costCenterFor,
  type EffectiveConfig,
  type EffectivePolicy,
  excludeCandidate,
  judgeTier,
  type ModelConfig,
  RequestRefused,
  type RouteNeeds,
  type Tier,
} from '@secrouter/proto';
import { type PublishedPolicy, policyOf } from '../../policy/published-policy.ts';

/** The prompt, and the user whose policy would hold. */
export interface RoutingQuestion {
  readonly request: ClassifierRequest;
  readonly principal: string;
  readonly groups: readonly string[];
  readonly service: boolean;
  readonly costCenter?: string;
  readonly dataClass?: string;
}

/** One model of the tier's route. */
export interface ExplainedCandidate {
  readonly model: string;
  readonly outcome: 'allowed' | 'excluded';
  /** What excludes it: the code that a client would see, and the reason that the trail would hold. */
  readonly code?: string;
  readonly reason?: string;
}

export interface ExplainedRouting {
  readonly revision: number;
  /** The prefix at the start of the last user message. */
  readonly override: { readonly alias: string; readonly tier: Tier; readonly applies: boolean } | null;
  readonly classified: TierDecision & { readonly reasoning: string };
  readonly policy: {
    readonly outcome: 'allowed' | 'downgraded' | 'denied';
    /** The tier that would be used; null when the tier is denied or no rule matches. */
    readonly tier: Tier | null;
    readonly code: string | null;
    readonly matchedRules: readonly string[];
    readonly costCenter: string | null;
    readonly dataClass: string | null;
  };
  readonly candidates: readonly ExplainedCandidate[];
  /** The first model that would be tried; null when none would. */
  readonly model: string | null;
}

/** Explains one prompt under the published policy. Throws 400 where a data class is unknown. */
export function explainRouting(published: PublishedPolicy, question: RoutingQuestion): ExplainedRouting {
  const { principal, groups, service, request } = question;
  const { classifier, egress } = compiledOf(published.config);
  const policy = policyOf(published, { principal, groups, service });
  const costCenter = policy === undefined ? undefined : costCenterFor(policy, question.costCenter);
  const decision = classify({ ...request, ...(costCenter === undefined ? {} : { group: costCenter }) }, classifier);
  const override = overrideOf(request, policy);
  const head = {
    revision: published.revision,
    override,
    classified: { ...decision, reasoning: explainDecision(decision) },
  };
  const matchedRules = policy?.matchedRules ?? [];
  if (policy === undefined) {
    const nobody = { outcome: 'denied', tier: null, code: 'not_authorized', matchedRules, costCenter: null } as const;
    return { ...head, policy: { ...nobody, dataClass: null }, candidates: [], model: null };
  }
  const dataClass = dataClassOf(published.config, policy, question.dataClass);
  const tier = tierFor(policy, override?.applies === true ? override.tier : decision.tier);
  const candidates =
    tier.tier === null
      ? []
      : candidatesOf(tier.tier, decision, question, { config: published.config, egress, policy, dataClass });
  return {
    ...head,
    policy: { ...tier, matchedRules, costCenter: costCenter ?? null, dataClass },
    candidates,
    model: candidates.find(({ outcome }) => outcome === 'allowed')?.model ?? null,
  };
}

// Compiled once for the configuration in force: some 100 ms, most of it for the lexicons.
const compiledConfigs = new WeakMap<EffectiveConfig, { classifier: CompiledClassifier; egress: CompiledEgress }>();

function compiledOf(config: EffectiveConfig) {
  const known = compiledConfigs.get(config);
  if (known !== undefined) return known;
  const parsed = parseClassifierParameters(config.classifier, 'classifier');
  if (!parsed.ok) throw new Error('a published configuration has parameters that do not parse');
  const compiled = {
    classifier: compileClassifier(parsed.parameters),
    egress: compileEgress(config.security.egress.allowlist),
  };
  compiledConfigs.set(config, compiled);
  return compiled;
}

function overrideOf(request: ClassifierRequest, policy: EffectivePolicy | undefined): ExplainedRouting['override'] {
  const last = request.messages.findLast(({ role }) => role === 'user');
  const found = parseOverride(last?.text ?? '');
  if (found.outcome === 'none') return null;
  const { alias, tier } = found;
  return { alias, tier, applies: found.outcome === 'override' && policy?.inlineOverrides === true };
}

function tierFor(policy: EffectivePolicy, asked: Tier): Pick<ExplainedRouting['policy'], 'outcome' | 'tier' | 'code'> {
  const judged = judgeTier(policy, asked);
  if (judged.outcome === 'denied') return { outcome: 'denied', tier: null, code: 'tier_not_allowed' };
  return { outcome: judged.outcome, tier: judged.outcome === 'downgraded' ? judged.tier : asked, code: null };
}

function dataClassOf(config: EffectiveConfig, policy: EffectivePolicy, label: string | undefined): string {
  const judged = classificationOf(config.security.classification, policy, label, false);
  if (judged.outcome === 'unknown_label') throw new RequestRefused('invalid_request', { param: 'dataClass' });
  return judged.level;
}

interface CandidateRules {
  readonly config: EffectiveConfig;
  readonly egress: CompiledEgress;
  readonly policy: EffectivePolicy;
  readonly dataClass: string;
}

const BYTES_PER_TOKEN = 4; // as the pods guess before they know the model

function candidatesOf(
  tier: Tier,
  decision: TierDecision,
  { request }: RoutingQuestion,
  { config, egress, policy, dataClass }: CandidateRules,
): readonly ExplainedCandidate[] {
  const route = (decision.agentic ? config.agenticTiers?.[tier] : undefined) ?? config.tiers[tier];
  const bytes = request.messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const needs: RouteNeeds = {
    kind: 'chat',
    tools: (request.toolCount ?? 0) > 0,
    images: request.messages.some(({ hasImage }) => hasImage === true),
    inputTokens: Math.ceil(bytes / BYTES_PER_TOKEN),
  };
  const { classification } = config.security;
  const reach = { hostedTools: false, remoteContent: false };
  const ask = { policy, dataClass, classification, egress, reach };
  return [route.primary, ...route.fallback].map((id) => {
    const model: ModelConfig | undefined = config.models.find((known) => known.id === id);
    if (model === undefined)
      return { model: id, outcome: 'excluded', code: 'model_not_allowed', reason: 'unknown_model' };
    const exclusion = excludeCandidate(model, true, needs, ask, config.providers);
    return exclusion === undefined
      ? { model: id, outcome: 'allowed' }
      : { model: id, outcome: 'excluded', ...exclusion };
  });
}
