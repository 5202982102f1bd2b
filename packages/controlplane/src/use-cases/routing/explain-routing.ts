// What would become of a prompt for a user: tier, why, what policy does, and which models would be tried. Computed by the
// rules that the pods apply, from what is given alone; nothing is stored, forwarded or written to a log.
import {
  type ClassifierRequest,
  classify,
  explainDecision,
  parseOverride,
  type TierDecision,
} from '@secrouter/classifier';
import {
  type CompiledEgress,
  classificationOf,
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
  /** The prefix at the start of the last user message. Where it applies, what is classified is the text behind it. */
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
  const { principal, groups, service } = question;
  const { classifier, egress } = published.routing.compiled();
  const policy = policyOf(published, { principal, groups, service });
  const costCenter = policy === undefined ? undefined : costCenterFor(policy, question.costCenter);
  const { override, isEmpty, request, removed } = readOverride(question.request, policy);
  const group = costCenter === undefined ? {} : { group: costCenter };
  const decision = placedBehind(removed, classify({ ...request, ...group }, classifier));
  const head = {
    revision: published.revision,
    override,
    classified: { ...decision, reasoning: explainDecision(decision) },
  };
  if (policy === undefined) {
    const nobody = { ...denied('not_authorized'), matchedRules: [], costCenter: null, dataClass: null };
    return { ...head, policy: nobody, candidates: [], model: null };
  }
  const dataClass = dataClassOf(published.config, policy, question.dataClass);
  const isForced = override?.applies === true;
  const tier = isEmpty ? denied('empty_override') : tierFor(policy, isForced ? override.tier : decision.tier);
  const isAgentic = isForced ? (request.toolCount ?? 0) > 0 : decision.agentic;
  const rules = { config: published.config, egress, policy, dataClass };
  const candidates = tier.tier === null ? [] : candidatesOf(tier.tier, isAgentic, request, rules);
  return {
    ...head,
    policy: { ...tier, matchedRules: policy.matchedRules, costCenter: costCenter ?? null, dataClass },
    candidates,
    model: candidates.find(({ outcome }) => outcome === 'allowed')?.model ?? null,
  };
}

interface OverrideReading {
  readonly override: ExplainedRouting['override'];
  /** It applies, and nothing stands behind it. */
  readonly isEmpty: boolean;
  /** Without a prefix that applies, as the model would see it. */
  readonly request: ClassifierRequest;
  /** How many characters of which message were taken off. */
  readonly removed: { readonly message: number; readonly characters: number };
}

function readOverride(request: ClassifierRequest, policy: EffectivePolicy | undefined): OverrideReading {
  const last = request.messages.findLastIndex(({ role }) => role === 'user');
  const text = request.messages[last]?.text ?? '';
  const found = parseOverride(text);
  const nothing = { isEmpty: false, request, removed: { message: last, characters: 0 } };
  if (found.outcome === 'none') return { ...nothing, override: null };
  const applies = policy?.inlineOverrides === true;
  const override = { alias: found.alias, tier: found.tier, applies };
  if (!applies) return { ...nothing, override };
  const isEmpty = found.outcome === 'empty';
  const characters = isEmpty ? text.length : found.cleanStart;
  const messages = request.messages.map((message, at) =>
    at === last ? { ...message, text: text.slice(characters) } : message,
  );
  return { override, isEmpty, request: { ...request, messages }, removed: { message: last, characters } };
}

/** The decision with spans as positions in the text that was asked about. */
function placedBehind({ message, characters }: OverrideReading['removed'], decision: TierDecision): TierDecision {
  if (characters === 0 || decision.askIndex !== message) return decision;
  const contributions = decision.contributions.map((contribution) => ({
    ...contribution,
    spans: contribution.spans.map(({ start, end }) => ({ start: start + characters, end: end + characters })),
  }));
  return { ...decision, contributions };
}

type JudgedTier = Pick<ExplainedRouting['policy'], 'outcome' | 'tier' | 'code'>;

function denied(code: string): JudgedTier {
  return { outcome: 'denied', tier: null, code };
}

function tierFor(policy: EffectivePolicy, asked: Tier): JudgedTier {
  const judged = judgeTier(policy, asked);
  if (judged.outcome === 'denied') return denied('tier_not_allowed');
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
  isAgentic: boolean,
  request: ClassifierRequest,
  { config, egress, policy, dataClass }: CandidateRules,
): readonly ExplainedCandidate[] {
  const route = (isAgentic ? config.agenticTiers?.[tier] : undefined) ?? config.tiers[tier];
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
