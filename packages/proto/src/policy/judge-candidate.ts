// Whether a model may serve a request at all, before any attempt: the lists, what the model can do, and its way out.
import type { EffectiveConfig, ModelConfig } from '../config/config-types.ts';
import { type EgressAsk, type Exclusion, judgeEgress } from './judge-egress.ts';
import { judgeModel } from './judge-request.ts';

/** What a candidate must be able to do. */
export interface RouteNeeds {
  readonly kind: ModelConfig['kind'];
  readonly tools: boolean;
  readonly images: boolean;
  readonly inputTokens: number;
}

/**
 * What excludes a candidate; undefined when nothing does. An explicit model is sent what the client wrote, and its
 * provider judges what it cannot do; of a model that SecRouter chooses, that is judged here.
 */
export function excludeCandidate(
  model: ModelConfig,
  isChosenByUs: boolean,
  needs: RouteNeeds,
  ask: EgressAsk,
  providers: EffectiveConfig['providers'],
): Exclusion | undefined {
  const judged = judgeModel(ask.policy, model.id, model.price !== undefined);
  if (judged.outcome === 'denied') return { code: judged.code, reason: 'model' };
  if (model.kind !== needs.kind) return { code: 'invalid_request', reason: 'kind' };
  if (isChosenByUs && needs.tools && !model.tools) return { code: 'model_not_allowed', reason: 'no_tools' };
  if (isChosenByUs && needs.images && !model.vision) return { code: 'model_not_allowed', reason: 'no_vision' };
  if (isChosenByUs && model.contextWindow !== undefined && needs.inputTokens > model.contextWindow)
    return { code: 'context_length_exceeded', reason: 'context_window' };
  const [baseUrl] = providers[model.provider]?.baseUrls ?? [];
  if (baseUrl === undefined) return { code: 'egress_denied', reason: 'no_provider' };
  return judgeEgress(ask, model, baseUrl);
}
