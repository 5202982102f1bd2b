// Names of everything in Redis. All keys of one cell share a hash tag, so that one script call stays on one slot of a
// cluster, and carry the version of their layout.

export const REDIS_LAYOUT_VERSION = 1;

/** Builds the key names of one cell below an optional prefix. */
export function redisKeys(cell: string, prefix = 'secrouter') {
  const base = `${prefix}:v${REDIS_LAYOUT_VERSION}:{${cell}}`;
  return {
    base,
    /** Set when the counters were rebuilt; missing or older means that Redis has lost data. */
    epoch: `${base}:epoch`,
    /** Hash: one running window. See `reserveBudget`. */
    counter: (counterId: string) => `${base}:counter:${counterId}`,
    /** Hash: one reservation with its open record, until it is settled, released or reaped. */
    lease: (eventId: string) => `${base}:lease:${eventId}`,
    /** Sorted set of event ids by lease expiry (Redis' time, ms). */
    leases: `${base}:leases`,
    /** Hash: pod stream -> last sequence number handed out, for read-your-writes. */
    positions: `${base}:positions`,
    /** String: newest signed snapshot, for pods that start while the control plane is down. */
    snapshotMirror: `${base}:snapshot`,
    /** Set of revoked principals, token ids and clients; the channel announces changes. */
    revocations: `${base}:revocations`,
    revocationChannel: `${base}:revocations:changed`,
    /** String that lives as long as the token: this token id was accepted once (`trackJti`). Hashes, not ids. */
    tokenId: (issuerHash: string, tokenIdHash: string) => `${base}:token:${issuerHash}:${tokenIdHash}`,
    /** BullMQ's prefix. */
    queuePrefix: `${base}:bull`,
  } as const;
}

export type RedisKeys = ReturnType<typeof redisKeys>;
