// Remembers which exact bytes were verified with which key set. It saves the signature and nothing else: claims, expiry
// and policy are judged again on every request. An RS256 verification costs about 0.14 ms, a look-up almost nothing.
import { hash } from 'node:crypto';
import type { IssuerNamespace, IssuerRules } from './issuer-rules.ts';
import type { KeySet } from './key-set.ts';
import type { PreParsedToken } from './pre-parse.ts';
import type { TokenIdentity } from './token-identity.ts';

export const defaultMaxCachedTokens = 10_000;
/** A key that its issuer withdrew must not live on here. */
export const maxCachedTokenAgeSeconds = 60;

/** A token whose bytes were verified. */
export interface CachedToken {
  readonly token: PreParsedToken;
  readonly keySet: KeySet;
  readonly verifiedAtSeconds: number;
  /** What its claims say under these rules: the same every time, while how they are judged depends on the moment. */
  reading?: {
    readonly rules: IssuerRules;
    readonly namespace: IssuerNamespace;
    readonly identity: TokenIdentity;
  };
}

/** Verified tokens of one process by the SHA-256 of their bytes; the least recently used goes first. */
export class VerifiedTokenCache {
  readonly #maxTokens: number;
  readonly #byDigest = new Map<string, CachedToken>();

  constructor(maxTokens: number = defaultMaxCachedTokens) {
    this.#maxTokens = maxTokens;
  }

  get size(): number {
    return this.#byDigest.size;
  }

  /** A token verified within the last minute and not expired; whose keys and claims count is the caller's to judge. */
  get(token: string, nowSeconds: number): CachedToken | undefined {
    const digest = digestOf(token);
    const cached = this.#byDigest.get(digest);
    if (cached === undefined) return undefined;
    this.#byDigest.delete(digest);
    const ageSeconds = nowSeconds - cached.verifiedAtSeconds;
    const isFresh = ageSeconds >= 0 && ageSeconds < maxCachedTokenAgeSeconds;
    if (!isFresh || cached.token.expiresAtSeconds <= nowSeconds) return undefined;
    this.#byDigest.set(digest, cached);
    return cached;
  }

  /** True for bytes that were verified a moment ago: their holder is spared the limits on failing strangers. */
  isKnownGood(token: string, nowSeconds: number): boolean {
    return this.get(token, nowSeconds) !== undefined;
  }

  set(token: string, verified: CachedToken): void {
    const [oldest] = this.#byDigest.keys();
    if (this.#byDigest.size >= this.#maxTokens && oldest !== undefined) this.#byDigest.delete(oldest);
    this.#byDigest.set(digestOf(token), verified);
  }

  /** After a revocation or a change of issuers. A changed key set needs no flush: `verifyToken` compares it. */
  flush(): void {
    this.#byDigest.clear();
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
