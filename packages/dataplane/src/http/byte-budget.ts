// The bytes of request bodies that this pod holds at once, over all connections.
import { RequestRefused } from '@secrouter/proto';

const RETRY_AFTER_SECONDS = 1;

/** A bound on bytes held; what is taken has to be given back. */
export class ByteBudget {
  readonly #maxBytes: number;
  #usedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Throws `overloaded` where so many bytes would not fit now; takes nothing. */
  assertRoom(bytes: number): void {
    if (this.#usedBytes + bytes > this.#maxBytes) {
      throw new RequestRefused('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  take(bytes: number): void {
    this.assertRoom(bytes);
    this.#usedBytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#usedBytes -= bytes;
  }
}
