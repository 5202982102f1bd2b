// How many requests of this pod each endpoint has before it: sent, and its answer not at its end.

/** Counts by provider and endpoint. */
export class OutstandingRequests {
  readonly #counts = new Map<string, number>();

  /** Counts one request; the returned function takes it back, once. */
  begin(provider: string, endpoint: string): () => void {
    const key = `${provider} ${endpoint}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#counts.get(key) ?? 1) - 1;
      // Endpoints come and go with the configuration: an idle one leaves nothing behind.
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }

  count(provider: string, endpoint: string): number {
    return this.#counts.get(`${provider} ${endpoint}`) ?? 0;
  }
}
