// The requests that run in this pod, so that a shutdown can wait for them and a revocation can end them.
// Places that are used again, not a Map: a Map with coming and going entries is copied every few dozen changes, each copy
// points to the next, and for the young collector everything that one of them ever held lives as long as the last.
import type { RequestFacts } from './request-facts.ts';

/** One running request: what ends it, and what is known of it. */
export interface RunningRequest {
  readonly departure: AbortController;
  readonly facts: RequestFacts;
}

/** The running requests of one pod. */
export class RunningRequests {
  readonly #places: (RunningRequest | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#places.length - this.#free.length;
  }

  /** Takes a request in; the number is how it is taken out again. */
  begin(request: RunningRequest): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = request;
    return place;
  }

  /** Takes the request at this place out, once. */
  end(place: number): void {
    if (this.#places[place] === undefined) return;
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  /** Ends every running request that `isMeant`, for a reason that decides its answer. */
  abort(reason: 'draining' | 'revoked', isMeant: (facts: RequestFacts) => boolean = () => true): void {
    for (const request of [...this.#places])
      if (request !== undefined && isMeant(request.facts)) request.departure.abort(reason);
  }
}
