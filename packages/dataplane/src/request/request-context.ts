// Facts of one request that every stage may need; made once at the top and never changed.
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';

export interface RequestContext {
  /** Ours, on every answer. */
  readonly requestId: string;
  /** One id from admission to ledger row (UUIDv7). */
  readonly eventId: string;
  readonly clientRequestId: string | null;
  readonly traceId: string | null;
  readonly sourceIp: string | null;
  readonly receivedAtMs: number;
  /** Taken once: the snapshot that governs this request from its first to its last byte. */
  readonly policy: CompiledPolicy;
  /** Aborted when the client has gone, is revoked, or the pod must end. */
  readonly signal: AbortSignal;
  /** Client headers that may go to the provider. */
  readonly forwardedHeaders: Readonly<Record<string, string>>;
}
