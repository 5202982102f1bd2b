// Whether a token with an unknown `kid` may cause a fetch. Anybody can invent kids, so they buy at most one refresh per
// interval, whatever its result, and a kid known to be absent buys none.

/** At most one refresh for unknown kids in this time. */
export const unknownKidCooldownMs = 30_000;
/** How long an absent kid stays known as absent; a changed key set forgets all of them at once. */
export const absentKidTtlMs = 60_000;
export const maxAbsentKids = 1_000;

/** The flood limit of one issuer. */
export class UnknownKidGate {
  readonly #absentUntilMs = new Map<string, number>();
  #nextRefreshMs = Number.NEGATIVE_INFINITY;

  /** True when this kid may cause a refresh now; the permission is used up by asking. */
  admits(kid: string, nowMs: number): boolean {
    if (this.isKnownAbsent(kid, nowMs) || nowMs < this.#nextRefreshMs) return false;
    this.#nextRefreshMs = nowMs + unknownKidCooldownMs;
    return true;
  }

  isKnownAbsent(kid: string, nowMs: number): boolean {
    return (this.#absentUntilMs.get(kid) ?? Number.NEGATIVE_INFINITY) > nowMs;
  }

  /** Remembers a kid that a fresh key set did not have; the oldest goes when the bound is reached. */
  rememberAbsent(kid: string, nowMs: number): void {
    this.#absentUntilMs.delete(kid);
    const [oldest] = this.#absentUntilMs.keys();
    if (this.#absentUntilMs.size >= maxAbsentKids && oldest !== undefined) this.#absentUntilMs.delete(oldest);
    this.#absentUntilMs.set(kid, nowMs + absentKidTtlMs);
  }

  forgetAbsent(): void {
    this.#absentUntilMs.clear();
  }

  get absentCount(): number {
    return this.#absentUntilMs.size;
  }
}
