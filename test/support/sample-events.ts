// An open record and the usage event that closes it, as a pod writes them.
import { type OpenRecord, orphanedUsage, type UsageEvent } from '@secrouter/proto';

/** A request's open record. */
export function sampleOpenRecord(eventId: string, podStream: string): OpenRecord {
  return {
    version: 1,
    eventId,
    requestId: `req_${eventId}`,
    time: new Date(1_700_000_000_000).toISOString(),
    cell: 't',
    podId: 'pod-1',
    podStream,
    principal: 'u-basic',
    email: null,
    actor: null,
    service: false,
    groups: [],
    costCenter: null,
    endpoint: 'chat',
    provider: 'local',
    model: 'local/small',
    tier: 'SIMPLE',
    tierSource: 'classifier',
    streamed: false,
    inputTokensBound: 1_000,
    price: { inputPicoUsd: 50_000, outputPicoUsd: 400_000, cachedInputPicoUsd: 5_000, cacheWritePicoUsd: 50_000 },
    epoch: 1,
    revision: 1,
  };
}

/** The usage event that closes it well. */
export function sampleUsageEvent(open: OpenRecord): UsageEvent {
  return { ...orphanedUsage(open, 10, 'ok'), outcome: 'ok', status: 200, estimated: false, reason: null };
}
