// The lane before authentication. Whoever has no token can harm nobody: a source that keeps failing is answered 429
// before any cryptography, unless it shows a token that is already known to be good.

import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/**
 * Failed tokens that a source may present at once, and how fast it earns new tries. An office behind one address has
 * room for its mistakes; a forger's thousand signatures cost 0.14 s once, then 1.4 ms a second.
 */
export const FAILURES_AT_ONCE = 1_000;
export const FAILURES_PER_SECOND = 10;
/** Failures beyond that, of tokens that were judged side by side, are owed: they lengthen the wait. */
const MOST_OWED = 1_000;
/** Sources that are remembered; the least recently failing goes first. */
export const MAX_FAILING_SOURCES = 20_000;
/** Forged tokens that are remembered by the SHA-256 of their bytes, so that a repeat costs no signature. */
export const MAX_REMEMBERED_FORGERIES = 20_000;
/** Good tokens of failing sources: their holders go on, however often their neighbours fail. */
export const MAX_REMEMBERED_GOOD = 20_000;
/** A token refused now may be good with the next key set: it is remembered no longer than a key set refresh takes. */
export const FORGERY_MEMORY_MS = 30_000;

interface Bucket {
  tries: number;
  refilledMs: number;
}

/** Failures per source, forgeries seen, and who is known not to be a forger. */
export class FailureLane {
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #forgeries = new Map<string, number>();
  readonly #good = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds that this source has to wait before another unknown token is looked at; undefined when it need not. */
  waitSeconds(source: string | null): number | undefined {
    const bucket = this.#buckets.get(laneOf(source));
    if (bucket === undefined) return undefined;
    const tries = refilled(bucket, this.#now());
    return tries >= 1 ? undefined : Math.max(1, Math.ceil((1 - tries) / FAILURES_PER_SECOND));
  }

  /** True when this source has failed lately: only then is it worth looking at its past. */
  hasFailed(source: string | null): boolean {
    return this.#buckets.size > 0 && this.#buckets.has(laneOf(source));
  }

  /** Counts a refused token of this source. */
  noteFailure(source: string | null): void {
    const lane = laneOf(source);
    const now = this.#now();
    const known = this.#buckets.get(lane);
    const tries = Math.max(-MOST_OWED, (known === undefined ? FAILURES_AT_ONCE : refilled(known, now)) - 1);
    this.#buckets.delete(lane);
    this.#buckets.set(lane, { tries, refilledMs: now });
    dropOldest(this.#buckets, MAX_FAILING_SOURCES);
  }

  /** Remembers a token that was verified, until it expires. Only failing sources are worth the hash. */
  noteGood(source: string | null, token: string, expiresAtSeconds: number): void {
    if (!this.hasFailed(source)) return;
    this.#good.set(digestOf(token), expiresAtSeconds * 1_000);
    dropOldest(this.#good, MAX_REMEMBERED_GOOD);
  }

  /** True for the very bytes of a token that was verified and has not expired. */
  isKnownGood(token: string): boolean {
    return this.#now() < (this.#good.get(digestOf(token)) ?? 0);
  }

  /** True for the very bytes of a token whose signature was wrong a moment ago. */
  isForgery(token: string): boolean {
    const digest = digestOf(token);
    const seenMs = this.#forgeries.get(digest);
    if (seenMs === undefined) return false;
    if (this.#now() - seenMs < FORGERY_MEMORY_MS) return true;
    this.#forgeries.delete(digest);
    return false;
  }

  noteForgery(token: string): void {
    this.#forgeries.set(digestOf(token), this.#now());
    dropOldest(this.#forgeries, MAX_REMEMBERED_FORGERIES);
  }

  /** After a change of keys or issuers, yesterday's forgery may be today's token. */
  forgetForgeries(): void {
    this.#forgeries.clear();
  }
}

function refilled({ tries, refilledMs }: Bucket, now: number): number {
  return Math.min(FAILURES_AT_ONCE, tries + (Math.max(0, now - refilledMs) / 1_000) * FAILURES_PER_SECOND);
}

// One customer holds a /64 of IPv6 at least: each address by itself would be a source without end.
function laneOf(source: string | null): string {
  if (source === null || !isIPv6(source)) return source ?? 'unknown';
  const [head = '', tail = ''] = source.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const filled = source.includes('::') ? [...left, ...Array(8 - left.length - right.length).fill('0'), ...right] : left;
  // 0db8 and db8 are one group.
  const groups = filled.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
