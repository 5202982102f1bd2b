// What the provider received, word for word, so that a test can see what the gateway sent and what it kept back.

/** `client-gone`: the caller hung up before the answer's end. `cut`: this provider did, as a rule demanded. */
export type RequestOutcome = 'open' | 'completed' | 'client-gone' | 'cut';

export interface RecordedRequest {
  readonly sequence: number;
  readonly receivedAt: string;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in the order and spelling of the wire. */
  readonly rawHeaders: readonly string[];
  readonly rawBody: string;
  /** The parsed body; null when it is not JSON. */
  readonly body: unknown;
  outcome: RequestOutcome;
  endedAt: string | null;
}

const MAX_REQUESTS = 1_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** The last requests, bounded in number and in bytes; the oldest go first. */
export class RequestLog {
  #requests: RecordedRequest[] = [];
  #bytes = 0;
  #sequence = 0;

  add(request: Omit<RecordedRequest, 'sequence' | 'outcome' | 'endedAt'>): RecordedRequest {
    this.#sequence += 1;
    const recorded: RecordedRequest = { ...request, sequence: this.#sequence, outcome: 'open', endedAt: null };
    this.#requests.push(recorded);
    this.#bytes += recorded.rawBody.length;
    while (this.#requests.length > MAX_REQUESTS || (this.#bytes > MAX_BYTES && this.#requests.length > 1)) {
      this.#bytes -= this.#requests.shift()?.rawBody.length ?? 0;
    }
    return recorded;
  }

  list(): readonly RecordedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
    this.#bytes = 0;
  }
}
