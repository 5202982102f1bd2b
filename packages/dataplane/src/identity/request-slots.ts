// Fairness within a pod: above three quarters of its slots no principal holds more than a quarter of them.
import { RequestRefused } from '@secrouter/proto';

/** Part of the slots above which shares are enforced, and the largest share then. */
const CROWDED_PART = 0.75;
const LARGEST_SHARE = 0.25;
const RETRY_SECONDS = 1;

/** The requests that a pod runs at once. */
export class RequestSlots {
  readonly #slots: number;
  readonly #held = new Map<string, number>();
  #used = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes a slot; the returned function gives it back, once. Throws RequestRefused `overloaded`. */
  take(principal: string): () => void {
    const own = this.#held.get(principal) ?? 0;
    const isCrowded = this.#used >= this.#slots * CROWDED_PART;
    if (this.#used >= this.#slots || (isCrowded && own >= this.#slots * LARGEST_SHARE))
      throw new RequestRefused('overloaded', {
        retryAfterSeconds: RETRY_SECONDS,
        reason: isCrowded ? 'share' : 'slots',
      });
    this.#used += 1;
    this.#held.set(principal, own + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack(principal);
    };
  }

  #giveBack(principal: string): void {
    this.#used -= 1;
    const left = (this.#held.get(principal) ?? 1) - 1;
    if (left === 0) this.#held.delete(principal);
    else this.#held.set(principal, left);
  }
}
