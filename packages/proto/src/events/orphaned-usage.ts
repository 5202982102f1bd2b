// The usage event of a request whose end nobody saw: charged its input bound and the output that was last reported.
import { costNanoUsd } from '../money/money.ts';
import type { OpenRecord } from './open-record.ts';
import { USAGE_EVENT_VERSION, type UsageEvent } from './usage-event.ts';

/** What can be said of a request from its open record alone. */
export function orphanedUsage(open: OpenRecord, streamedTokens: number, reason: string): UsageEvent {
  const tokens = {
    inputTokens: open.inputTokensBound,
    outputTokens: streamedTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  };
  // The open record says all that the row repeats, and three things more.
  const { version: _version, inputTokensBound: _bound, ...known } = open;
  return {
    ...known,
    ...tokens,
    version: USAGE_EVENT_VERSION,
    kind: 'usage',
    refersTo: null,
    clientRequestId: null,
    traceId: null,
    upstreamRequestId: null,
    costNanoUsd:
      open.price === null
        ? 0
        : costNanoUsd(tokens, { ...open.price, cacheWrite1hPicoUsd: open.price.cacheWritePicoUsd }),
    estimated: true,
    outcome: 'orphaned',
    status: 0,
    firstByteMs: null,
    // How long it took is not known; a guess would spoil the averages.
    totalMs: 0,
    attempts: 1,
    reason,
  };
}
