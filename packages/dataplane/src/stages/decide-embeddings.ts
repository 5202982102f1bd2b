// Stage 4 for embeddings: no tier. `auto` or none means the configured default model.
import { RequestRefused, resolveModel } from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { EmbeddingsRequest } from '../request/judged-request.ts';
import type { TierDecision } from './classify.ts';

/** Names the model of an embeddings request. Throws 404 model_not_found. */
export function decideEmbeddings(request: EmbeddingsRequest, policy: CompiledPolicy): TierDecision {
  const isAuto = request.model === 'auto' || request.model === 'secrouter/auto';
  const wanted = isAuto ? policy.config.embeddings.default : request.model;
  const resolved = wanted === undefined ? undefined : resolveModel(policy.models, wanted);
  if (resolved?.outcome !== 'found')
    throw new RequestRefused('model_not_found', {
      param: 'model',
      reason: wanted === undefined ? 'no_default' : 'unknown',
    });
  return {
    kind: 'model',
    modelId: resolved.id,
    reasoning: isAuto ? 'embeddings default' : 'explicit model',
    edits: [],
  };
}
