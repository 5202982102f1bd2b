// The leaf of the audit log, in its final shape: what is hashed, chained and proved. Every field is explicit, null is
// not "", and persons are commitments, because none of that can be changed once the first leaf is in a root.
import type { AuditEvent, AuditType } from '../events/audit-event.ts';
import type { UsageEvent } from '../events/usage-event.ts';
import { canonicalText } from './canonical-text.ts';
import { hashLeaf } from './merkle-tree.ts';

export const LEAF_VERSION = 1;

/** `prevHash` of the first leaf. */
export const FIRST_PREV_HASH = '0'.repeat(64);

/** What happened, before a pod stream and the sequencer give it a place. Persons are still names here. */
export interface LeafContent {
  readonly eventId: string;
  readonly time: string;
  readonly type: AuditType;
  readonly principal: string | null;
  readonly actor: string | null;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly model: string | null;
  readonly tier: string | null;
  readonly outcome: string;
  readonly revision: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Who said so, and under which number of its stream. */
export interface LeafSource {
  readonly podId: string;
  readonly podStream: string;
  readonly podSequence: number;
}

/** One leaf. `principal`, `actor` and `sourceIp` are commitments in hex; see `commitSubject`. */
export interface AuditLeaf extends LeafContent, LeafSource {
  readonly version: typeof LEAF_VERSION;
  /** Origin of the log, so that a leaf of one log is none in another. */
  readonly log: string;
  /** Place in the log, from 0. */
  readonly index: number;
  /** Hash of the leaf before, in hex: the chain for the reader's eye. */
  readonly prevHash: string;
}

/** A leaf as it is stored: its canonical text and the RFC 6962 hash over it, which is also the next one's `prevHash`. */
export interface EncodedLeaf {
  readonly body: string;
  readonly hash: Buffer;
}

/** Encodes a leaf as RFC 8785 JSON and hashes it. */
export function encodeLeaf(leaf: AuditLeaf): EncodedLeaf {
  const body = canonicalText(inOrder(leaf));
  return { body, hash: hashLeaf(Buffer.from(body, 'utf8')) };
}

/** The leaf's members in canonical order, which is the fast way to its text; the text does not depend on it. */
function inOrder(leaf: AuditLeaf): AuditLeaf {
  return {
    actor: leaf.actor,
    detail: leaf.detail,
    eventId: leaf.eventId,
    index: leaf.index,
    log: leaf.log,
    model: leaf.model,
    outcome: leaf.outcome,
    podId: leaf.podId,
    podSequence: leaf.podSequence,
    podStream: leaf.podStream,
    prevHash: leaf.prevHash,
    principal: leaf.principal,
    requestId: leaf.requestId,
    revision: leaf.revision,
    sourceIp: leaf.sourceIp,
    tier: leaf.tier,
    time: leaf.time,
    traceId: leaf.traceId,
    type: leaf.type,
    version: leaf.version,
  };
}

/** What an audit event says in its leaf. */
export function auditLeafContent(event: AuditEvent): LeafContent {
  return {
    eventId: event.eventId,
    time: event.time,
    type: event.type,
    principal: event.principal,
    actor: event.actor,
    sourceIp: event.sourceIp,
    requestId: event.requestId,
    traceId: event.traceId,
    model: event.model,
    tier: event.tier,
    outcome: event.outcome,
    revision: event.revision,
    detail: event.detail,
  };
}

/** What a usage event says in its leaf: all that a total is made of, so that the ledger can be derived from the log. */
export function usageLeafContent(event: UsageEvent, sourceIp: string | null): LeafContent {
  return {
    eventId: event.eventId,
    time: event.time,
    type: 'usage',
    principal: event.principal,
    actor: event.actor,
    sourceIp,
    requestId: event.requestId,
    traceId: event.traceId,
    model: event.model,
    tier: event.tier,
    outcome: event.outcome,
    revision: event.revision,
    detail: usageDetail(event),
  };
}

function usageDetail(event: UsageEvent): Readonly<Record<string, unknown>> {
  return {
    attempts: event.attempts,
    cacheWriteTokens: event.cacheWriteTokens,
    cachedInputTokens: event.cachedInputTokens,
    costCenter: event.costCenter,
    costNanoUsd: event.costNanoUsd,
    endpoint: event.endpoint,
    estimated: event.estimated,
    inputTokens: event.inputTokens,
    kind: event.kind,
    outputTokens: event.outputTokens,
    price: event.price === null ? null : priceInOrder(event.price),
    provider: event.provider,
    reason: event.reason,
    reasoningTokens: event.reasoningTokens,
    refersTo: event.refersTo,
    status: event.status,
    streamed: event.streamed,
    tierSource: event.tierSource,
    totalMs: event.totalMs,
    upstreamRequestId: event.upstreamRequestId,
  };
}

function priceInOrder(price: NonNullable<UsageEvent['price']>): Readonly<Record<string, number>> {
  return {
    cacheWritePicoUsd: price.cacheWritePicoUsd,
    cachedInputPicoUsd: price.cachedInputPicoUsd,
    inputPicoUsd: price.inputPicoUsd,
    outputPicoUsd: price.outputPicoUsd,
  };
}
