// A plain usage event for the unit tests beside this file.
import type { OpenRecord, UsageEvent } from '@secrouter/proto';

const shared = {
  version: 1,
  eventId: '0199a0b0-1234-7000-8000-000000000001',
  requestId: 'r-1',
  time: '2026-03-04T05:06:07.890Z',
  cell: 'main',
  podId: 'pod-1',
  podStream: '0199a0b0-1234-7000-8000-00000000000a',
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
  streamed: true,
  price: { inputPicoUsd: 50_000, outputPicoUsd: 400_000, cachedInputPicoUsd: 5_000, cacheWritePicoUsd: 60_000 },
  epoch: 1,
  revision: 2,
} as const;

export function usageEvent(over: Partial<UsageEvent> = {}): UsageEvent {
  return {
    ...shared,
    groups: [],
    kind: 'usage',
    refersTo: null,
    clientRequestId: null,
    traceId: null,
    upstreamRequestId: null,
    inputTokens: 100,
    cachedInputTokens: 10,
    cacheWriteTokens: 0,
    outputTokens: 20,
    reasoningTokens: 5,
    costNanoUsd: 12_345,
    estimated: false,
    outcome: 'ok',
    status: 200,
    firstByteMs: 30,
    totalMs: 300,
    attempts: 1,
    reason: null,
    ...over,
  };
}

export function openRecord(over: Partial<OpenRecord> = {}): OpenRecord {
  return { ...shared, groups: [], inputTokensBound: 1_000, ...over };
}
