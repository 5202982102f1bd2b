// The usage event of a request whose pod died: charged its input bound and the output that was last reported.
import { costNanoUsd, type OpenRecord, USAGE_EVENT_VERSION, type UsageEvent } from '@secrouter/proto';

/** What is known of a request from its open record alone. */
export function orphanedEvent(open: OpenRecord, streamedTokens: number): UsageEvent {
  return {
    version: USAGE_EVENT_VERSION,
    kind: 'usage',
    eventId: open.eventId.toLowerCase(),
    refersTo: null,
    requestId: open.requestId,
    clientRequestId: null,
    traceId: null,
    upstreamRequestId: null,
    time: open.time,
    cell: open.cell,
    podId: open.podId,
    podStream: open.podStream,
    principal: open.principal,
    email: open.email,
    actor: open.actor,
    service: open.service,
    groups: open.groups,
    costCenter: open.costCenter,
    endpoint: open.endpoint,
    provider: open.provider,
    model: open.model,
    tier: open.tier,
    tierSource: open.tierSource,
    streamed: open.streamed,
    inputTokens: open.inputTokensBound,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: streamedTokens,
    reasoningTokens: 0,
    costNanoUsd: orphanCost(open, streamedTokens),
    price: open.price,
    estimated: true,
    outcome: 'orphaned',
    status: 0,
    firstByteMs: null,
    // How long it took until the pod died is not known; a guess would spoil the averages.
    totalMs: 0,
    attempts: 1,
    epoch: open.epoch,
    revision: open.revision,
    reason: 'the lease expired: the pod did not end it',
  };
}

function orphanCost(open: OpenRecord, streamedTokens: number): number {
  if (open.price === null) return 0;
  const tokens = {
    inputTokens: open.inputTokensBound,
    outputTokens: streamedTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
  return costNanoUsd(tokens, { ...open.price, cacheWrite1hPicoUsd: open.price.cacheWritePicoUsd });
}
